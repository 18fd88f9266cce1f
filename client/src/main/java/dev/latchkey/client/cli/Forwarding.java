package dev.latchkey.client.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes signals on to a child, each once. SIGTERM always; SIGINT and SIGHUP unless the child has
 * them from the terminal. Thread-safe.
 */
final class Forwarding implements AutoCloseable {
  private static final String TERM = "TERM";

  private final ForegroundGroup group = new ForegroundGroup();
  private final List<Signals.Handling> handlings = new ArrayList<>();
  private final List<String> early = new ArrayList<>();
  private @Nullable Process child;

  /** Begins to keep signals, for the child that is about to start. */
  Forwarding() {
    for (String signal : List.of(TERM, "INT", "HUP")) {
      handlings.add(Signals.on(signal, () -> received(signal)));
    }
  }

  /** Passes on what has come and what comes. */
  synchronized void to(Process process) {
    child = process;
    // Whatever came before there was a child, the terminal did not send it to the child.
    early.forEach(signal -> send(process, signal));
    early.clear();
  }

  private synchronized void received(String signal) {
    Process process = child;
    if (process == null) {
      early.add(signal);
    } else if (signal.equals(TERM) || !group.hearsTerminal()) {
      send(process, signal);
    }
  }

  private static void send(Process process, String signal) {
    if (!process.isAlive()) {
      return;
    }
    if (signal.equals(TERM)) {
      process.toHandle().destroy();
      return;
    }
    try {
      // The JDK sends no other signal, and a shell is likelier there than a program named kill.
      var kill = new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + process.pid());
      kill.environment().clear();
      kill.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
      kill.start();
    } catch (IOException e) {
      // No shell: the child is asked to end in the one way there is.
      process.toHandle().destroy();
    }
  }

  @Override
  public void close() {
    handlings.forEach(Signals.Handling::close);
  }
}
