package dev.latchkey.client.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Passes signals on to a child, each once and in order. SIGTERM always; SIGINT and SIGHUP unless
 * the child has them from the terminal. Thread-safe.
 */
final class Forwarding implements AutoCloseable {
  /** What is passed on, with its number in POSIX. */
  private enum Passed {
    HUP(1),
    INT(2),
    TERM(15);

    private final int number;

    Passed(int number) {
      this.number = number;
    }
  }

  private final ForegroundGroup group = new ForegroundGroup();
  private final List<Signals.Handling> handlings = new ArrayList<>();

  /** What came before there was a child to give it to, and whether it has to be given. */
  private final Map<Passed, Boolean> early = new LinkedHashMap<>();

  private @Nullable Process child;

  /** Begins to keep signals, for the child that is about to start. */
  Forwarding() {
    for (Passed signal : Passed.values()) {
      handlings.add(Signals.on(signal.name(), () -> received(signal)));
    }
  }

  /** Passes on what has come and what comes. */
  synchronized void to(Process process) {
    child = process;
    early.forEach(
        (signal, due) -> {
          if (due) {
            send(process, signal);
          }
        });
  }

  /** Returns 128 and the number of the first signal that came before there was a child. */
  synchronized OptionalInt earlyStatus() {
    return early.keySet().stream().mapToInt(signal -> 128 + signal.number).findFirst();
  }

  private synchronized void received(Passed signal) {
    boolean heard = signal != Passed.TERM && group.hearsTerminal();
    Process process = child;
    if (process == null) {
      // Already forked, the child has the terminal's signal, though its start is not reported yet.
      boolean forked = ProcessHandle.current().children().findAny().isPresent();
      early.merge(signal, !heard || !forked, Boolean::logicalOr);
    } else if (!heard) {
      send(process, signal);
    }
  }

  private static void send(Process process, Passed signal) {
    if (!process.isAlive()) {
      return;
    }
    if (signal == Passed.TERM) {
      process.toHandle().destroy();
      return;
    }
    try {
      // The JDK sends no other signal, and a shell is likelier there than a program named kill.
      var kill = new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + process.pid());
      kill.environment().clear();
      kill.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
      int unused = kill.start().waitFor();
    } catch (IOException e) {
      // No shell: the child is asked to end in the one way there is.
      process.toHandle().destroy();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    handlings.forEach(Signals.Handling::close);
  }

  /**
   * Whether a terminal's own signals reach this process's group, and so the child too. The kernel
   * sends Ctrl-C and the hang-up of a terminal to every process of its foreground group.
   */
  private static final class ForegroundGroup {
    private static final Path STAT = Path.of("/proc/self/stat");
    // proc(5), counted from the state, the first field after the name.
    private static final int GROUP = 2;
    private static final int TERMINAL = 4;
    private static final int FOREGROUND = 5;

    private final boolean hadTerminal = hasTerminal(fields());

    /** Tells whether the child hears the terminal for itself. */
    boolean hearsTerminal() {
      List<String> fields = fields();
      if (fields.size() <= FOREGROUND) {
        // No /proc here: whoever has a terminal is mostly in its foreground.
        return new Terminal.OfThisProcess().present();
      }
      // One that hung up is gone by the time its signal is handled.
      boolean hungUp = hadTerminal && !hasTerminal(fields);
      return hungUp || fields.get(GROUP).equals(fields.get(FOREGROUND));
    }

    private static boolean hasTerminal(List<String> fields) {
      return fields.size() > TERMINAL && !fields.get(TERMINAL).equals("0");
    }

    private static List<String> fields() {
      try {
        String stat = Files.readString(STAT, StandardCharsets.ISO_8859_1);
        // The name stands in parentheses and may hold anything, spaces and parentheses too.
        return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
      } catch (IOException e) {
        return List.of();
      }
    }
  }
}
