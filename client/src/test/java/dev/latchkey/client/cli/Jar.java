package dev.latchkey.client.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The packaged command, run as users run it, in a directory with a store and a keyset. */
final class Jar {
  static final Path PATH = Path.of("target", "latchkey.jar").toAbsolutePath();
  static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final Path directory;

  Jar(Path directory) {
    this.directory = directory;
  }

  /** A jar whose store has {@code my-secret} = {@code some-value} and another. */
  static Jar furnished(Path directory) {
    // Not with the jar: starting a JVM for each would take most of the time of a test.
    assertThat(Desk.furnished(directory).input("another-value").run("create", "another-secret"))
        .isZero();
    return new Jar(directory);
  }

  Path keyset() {
    return directory.resolve("keyset.json");
  }

  /**
   * What came of a run.
   *
   * @param latin the bytes of standard output, a character each
   */
  record Outcome(int status, String latin, String err) {
    byte[] bytes() {
      return latin.getBytes(ISO_8859_1);
    }

    String out() {
      return new String(bytes(), UTF_8);
    }

    Outcome succeeded() {
      assertThat(err).isEmpty();
      assertThat(status).isZero();
      return this;
    }
  }

  Outcome run(String input, String... args) throws Exception {
    return run(input.getBytes(UTF_8), args);
  }

  Outcome run(byte[] input, String... args) throws Exception {
    return finish(builder(args), input);
  }

  /** Returns what runs the command, for the caller to start. */
  ProcessBuilder builder(String... args) {
    List<String> words = new ArrayList<>(List.of(JAVA, "-jar", PATH.toString()));
    words.addAll(List.of(args));
    return configured(new ProcessBuilder(words));
  }

  /** Gives a process the settings that the store needs, and no others. */
  ProcessBuilder configured(ProcessBuilder process) {
    process.environment().keySet().removeIf(name -> name.startsWith("LATCHKEY_"));
    process.environment().put("LATCHKEY_SOURCE", "file:" + directory.resolve("secrets"));
    process.environment().put("LATCHKEY_KEYSET_FILE", keyset().toString());
    process.environment().put("TMPDIR", directory.toString());
    return process.directory(directory.toFile());
  }

  static Outcome finish(ProcessBuilder builder, byte[] input) throws Exception {
    Path err = Files.createTempFile("latchkey-it", ".err");
    try {
      Process process = builder.redirectError(err.toFile()).start();
      try (OutputStream in = process.getOutputStream()) {
        in.write(input);
      } catch (IOException e) {
        // A command that refuses its arguments does not read.
      }
      byte[] out = process.getInputStream().readAllBytes();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Outcome(process.exitValue(), new String(out, ISO_8859_1), said(err));
    } finally {
      Files.delete(err);
    }
  }

  /** Returns what a command said, without JDK 24's and newer ones' words on protobuf. */
  private static String said(Path err) throws IOException {
    try (Stream<String> lines = Files.lines(err)) {
      return lines
          .filter(
              line -> !line.startsWith("WARNING: ") || !line.matches(".*[Uu]nsafe.*|.*reporting.*"))
          .map(line -> line + "\n")
          .collect(Collectors.joining());
    }
  }
}
