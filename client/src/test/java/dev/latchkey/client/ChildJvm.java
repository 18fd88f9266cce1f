package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs another JVM to its end. */
final class ChildJvm {
  /** What a JVM left behind. */
  record Result(int status, String out, String err) {}

  private ChildJvm() {}

  /** Returns the class path of this process, for one that runs test classes. */
  static String classPath() {
    return System.getProperty("java.class.path").replace("\n", File.pathSeparator);
  }

  /**
   * Runs {@code java} with arguments, and an environment of these variables alone.
   *
   * @param scratch a directory for its output
   */
  static Result run(Path scratch, Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
    command.addAll(arguments);
    Path out = Files.createTempFile(scratch, "out", null);
    Path err = Files.createTempFile(scratch, "err", null);
    var builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended within 60 s").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Result(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
