package dev.latchkey.client.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The person at the keyboard, if there is one. */
interface Terminal {
  /** No person: everything comes from files and pipes. */
  Terminal ABSENT =
      new Terminal() {
        @Override
        public boolean present() {
          return false;
        }

        @Override
        public boolean typedInSight() {
          return false;
        }

        @Override
        public boolean pipesOut() {
          return false;
        }

        @Override
        public char @Nullable [] readUnseen(String prompt) {
          return null;
        }

        @Override
        public @Nullable String readLine(String prompt) {
          return null;
        }
      };

  /** Tells whether questions can be asked. */
  boolean present();

  /** Tells whether standard input is a keyboard though questions cannot be asked. */
  boolean typedInSight();

  /** Tells whether standard output is a pipe, whose reader may leave before the end. */
  boolean pipesOut();

  /** Asks for a line that is not shown, for the caller to overwrite; null at the end of input. */
  char @Nullable [] readUnseen(String prompt);

  /** Asks for a line; null at the end of input. */
  @Nullable String readLine(String prompt);

  /** The terminal of this process. The JDK turns the echo on again if a question is interrupted. */
  final class OfThisProcess implements Terminal {
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
}
