package dev.latchkey.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the command is tried: a directory, variables, an input, and what came of the last run. */
final class Desk {
  final Path directory;
  final Map<String, String> environment = new LinkedHashMap<>();
  Terminal terminal = Terminal.ABSENT;
  InputStream in = InputStream.nullInputStream();
  FakeTimer timer = new FakeTimer();

  /** What happens when a child has been started, before it is waited for. */
  Runnable onStart = () -> {};

  int started;

  /** Whether every write to standard output fails. */
  boolean outputFails;

  private String out = "";
  private String err = "";

  Desk(Path directory) {
    this.directory = directory;
    environment.put("PATH", System.getenv("PATH"));
    environment.put("LATCHKEY_SOURCE", "file:" + directory.resolve("secrets"));
    environment.put("LATCHKEY_KEYSET_FILE", keyset().toString());
  }

  /** A desk with a keyset and the secret {@code my-secret} = {@code some-value}. */
  static Desk furnished(Path directory) {
    var desk = new Desk(directory);
    desk.run("keys", "init", desk.keyset().toString());
    desk.input("some-value").run("create", "my-secret");
    return desk;
  }

  Path keyset() {
    return directory.resolve("keyset.json");
  }

  Desk input(String text) {
    return input(text.getBytes(UTF_8));
  }

  Desk input(byte[] bytes) {
    in = new ByteArrayInputStream(bytes);
    return this;
  }

  int run(String... args) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    Path child = directory.resolve("child-output");
    var host =
        new Host(
            in,
            new PrintStream(outputFails ? new Failing() : outBytes, true, UTF_8),
            new PrintStream(errBytes, true, UTF_8),
            environment,
            terminal,
            process -> {
              Process begun =
                  process.redirectErrorStream(true).redirectOutput(child.toFile()).start();
              started++;
              onStart.run();
              return begun;
            },
            () -> timer);
    int status = new Latchkey(host).run(List.of(args));
    in = InputStream.nullInputStream();
    out = outBytes.toString(UTF_8);
    err = errBytes.toString(UTF_8);
    return status;
  }

  private static final class Failing extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("No room");
    }
  }

  String out() {
    return out;
  }

  String err() {
    return err;
  }

  /** Returns what the last child printed. */
  String childOutput() throws IOException {
    return Files.readString(directory.resolve("child-output"));
  }

  /** Returns the text of some lines. */
  static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }
}
