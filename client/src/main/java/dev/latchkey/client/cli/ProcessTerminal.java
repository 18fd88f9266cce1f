package dev.latchkey.client.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The terminal of this process. The JDK turns the echo on again if a question is interrupted. */
final class ProcessTerminal implements Terminal {
  private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  @Override
  public boolean present() {
    return console() != null;
  }

  @Override
  public boolean typedInSight() {
    if (present()) {
      return false;
    }
    String device = file(STANDARD_INPUT);
    return device.startsWith("/dev/pts/")
        || device.startsWith("/dev/tty")
        || device.equals("/dev/console");
  }

  @Override
  public boolean pipesOut() {
    return file(STANDARD_OUTPUT).startsWith("pipe:");
  }

  /** Returns what a stream is connected to; nothing where there is no /proc to tell. */
  private static String file(Path stream) {
    try {
      return Files.readSymbolicLink(stream).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }

  @Override
  public char @Nullable [] readUnseen(String prompt) {
    Console console = console();
    return console == null ? null : console.readPassword("%s", prompt);
  }

  @Override
  public @Nullable String readLine(String prompt) {
    Console console = console();
    return console == null ? null : console.readLine("%s", prompt);
  }

  private static @Nullable Console console() {
    // JDK 22 to 24 give a console even where there is no terminal, unless they are told this.
    if (System.getProperty("jdk.console") == null) {
      System.setProperty("jdk.console", "java.base");
    }
    return System.console();
  }
}
