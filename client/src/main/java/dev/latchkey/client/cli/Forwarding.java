package dev.latchkey.client.cli;

import java.io.IOException;
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
}
