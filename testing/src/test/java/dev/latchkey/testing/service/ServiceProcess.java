package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged service, run as users run it. What it prints is what tests go by. */
final class ServiceProcess implements AutoCloseable {
  static final Path JAR = Path.of("target", "latchkey-service.jar").toAbsolutePath();
  static final Path LATCHKEY = Path.of("..", "client", "target", "latchkey.jar").toAbsolutePath();
  static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final int JDK_THAT_WARNS_OF_PROTOBUF = 24;

  private final Process process;
  private final BufferedReader out;
  private final List<String> lines = new ArrayList<>();

  private ServiceProcess(Process process) {
    this.process = process;
    this.out = process.inputReader(UTF_8);
  }

  /** What came of a process that has ended. */
  record Outcome(int status, String out, String err) {}

  static Outcome run(Path directory, ProcessBuilder builder) throws Exception {
    Path out = Files.createTempFile(directory, "out", "");
    Path err = Files.createTempFile(directory, "err", "");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly().waitFor();
    assertThat(ended).as("it has ended").isTrue();
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** Returns how to start a JVM like this one, with no warning of what protobuf calls. */
  static List<String> java() {
    List<String> words = new ArrayList<>(List.of(JAVA));
    if (Runtime.version().feature() >= JDK_THAT_WARNS_OF_PROTOBUF) {
      words.add("--sun-misc-unsafe-memory-access=allow");
    }
    return words;
  }

  /** Returns what starts the service, with no settings of its own. */
  static ProcessBuilder builder(String... args) {
    List<String> words = java();
    words.addAll(List.of("-jar", JAR.toString()));
    words.addAll(List.of(args));
    var builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(name -> name.startsWith("LATCHKEY_"));
    return builder;
  }

  /** Starts the service; what it complains of is shown. */
  static ServiceProcess start(String... args) throws IOException {
    var service =
        new ServiceProcess(builder(args).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    try {
      service.readTo("Ctrl-C stops it.");
      return service;
    } catch (IOException | RuntimeException | Error e) {
      service.close();
      throw e;
    }
  }

  private void readTo(String last) throws IOException {
    String line = "";
    while (!line.equals(last)) {
      line = out.readLine();
      assertThat(line).as("a line after %s", lines).isNotNull();
      lines.add(line);
    }
  }

  private String after(String start) {
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()))
        .findFirst()
        .orElseThrow();
  }

  String printed() {
    return String.join("\n", lines);
  }

  String address() {
    String served = after("Serving ");
    return served.substring(0, served.indexOf(' '));
  }

  String link() {
    return address() + "/#" + after("  " + address() + "/#");
  }

  /** Returns the variables that it tells the user to export. */
  Map<String, String> exports() {
    Map<String, String> exports = new LinkedHashMap<>();
    for (String line : lines) {
      if (line.startsWith("  export ")) {
        String[] parts = line.substring("  export ".length()).split("=", 2);
        exports.put(parts[0], parts[1]);
      }
    }
    return exports;
  }

  /** Runs {@code latchkey} as the service tells its user to. */
  Outcome latchkey(Path directory, String... args) throws Exception {
    return run(directory, launcher(args));
  }

  ProcessBuilder launcher(String... args) {
    List<String> words = java();
    words.addAll(List.of("-jar", LATCHKEY.toString()));
    words.addAll(List.of(args));
    var builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(name -> name.startsWith("LATCHKEY_"));
    builder.environment().putAll(exports());
    return builder;
  }

  /** Does as a signal from the keyboard, and returns the exit status and what was printed last. */
  Outcome interrupt() throws Exception {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    var rest = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      rest.append(line).append('\n');
    }
    return new Outcome(process.exitValue(), rest.toString(), "");
  }

  /** Kills it, and waits until what it held is free. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
