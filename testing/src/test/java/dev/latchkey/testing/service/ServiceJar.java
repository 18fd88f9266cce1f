package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The built jar, as a process. Not thread-safe, but for its end. */
final class ServiceJar implements AutoCloseable {
  private static final String SERVING = "Serving ";

  private final Process process;
  private final BufferedReader output;
  private final Path data;

  private ServiceJar(Process process, Path data) {
    this.process = process;
    this.output = process.inputReader(UTF_8);
    this.data = data;
  }

  /** Starts it at a free port; it does not serve yet when this returns. */
  static ServiceJar start(Path data, List<String> options) throws IOException {
    assertThat(ServiceProcess.JAR).as("made by mvn package").exists();
    List<String> command = ServiceProcess.java();
    command.addAll(options);
    command.addAll(
        List.of("-jar", ServiceProcess.JAR.toString(), "--data", data.toString(), "--port", "0"));
    return new ServiceJar(new ProcessBuilder(command).redirectErrorStream(true).start(), data);
  }

  /**
   * Returns options for a JVM that starts in half the time, which takes a start and an end.
   *
   * @param scratch a directory for an archive of classes
   */
  static List<String> quickStart(Path scratch) throws IOException, InterruptedException {
    List<String> quick =
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-Xlog:disable");
    Path archive = scratch.resolve("classes.jsa");
    List<String> first = new ArrayList<>(quick);
    first.add("-XX:ArchiveClassesAtExit=" + archive);
    try (var process = start(scratch.resolve("first"), first)) {
      process.awaitAddress();
      process.process.destroy();
      process.process.waitFor();
    }
    assertThat(archive).exists();
    List<String> options = new ArrayList<>(quick);
    options.add("-XX:SharedArchiveFile=" + archive);
    return options;
  }

  /** Returns the address, once it serves. To be called once. */
  URI awaitAddress() throws IOException {
    String line = output.readLine();
    if (line == null || !line.startsWith(SERVING)) {
      process.destroyForcibly(); // Or there may be no end to what it prints.
      throw new AssertionError("It does not start: " + line + "\n" + output.lines().toList());
    }
    return URI.create(line.substring(SERVING.length(), line.indexOf(' ', SERVING.length())));
  }

  /** Returns what an admin sends. */
  String basic() throws IOException {
    String key = Files.readString(data.resolve("admin-key")).strip();
    int colon = key.indexOf(':');
    return AdminKey.of(key.substring(0, colon), key.substring(colon + 1)).basic();
  }

  long pid() {
    return process.pid();
  }

  /** Ends it as {@code kill -9} does, and returns its status. */
  int kill() throws InterruptedException {
    process.destroyForcibly();
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
