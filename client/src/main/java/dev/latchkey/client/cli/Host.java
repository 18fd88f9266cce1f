package dev.latchkey.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a subcommand sees of the process that it runs in.
 *
 * @param in where values come from; unbuffered, so that no copy of a value stays behind
 * @param out where output for scripts goes
 * @param err where errors and questions go
 * @param environment the variables
 * @param terminal the person at the keyboard, if there is one
 * @param starter how children start
 * @param timers make what runs tasks later
 */
record Host(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Terminal terminal,
    Starter starter,
    Supplier<Timer> timers) {

  /** Starts a process. */
  interface Starter {
    /** Starts what the builder describes, connected to this process's streams. */
    Process start(ProcessBuilder process) throws IOException;
  }

  /** Says on standard error what went wrong, and on the next line what to do. */
  void complain(String problem, String remedy) {
    err.println("latchkey: " + problem);
    if (!remedy.isEmpty()) {
      err.println(remedy);
    }
    err.flush();
  }

  /**
   * Says what was done, and returns the exit status. Where standard output does not take it,
   * standard error does: whoever believes that nothing was done may do it again.
   */
  int report(String done) {
    out.println(done);
    if (!out.checkError()) {
      return ExitStatus.OK;
    }
    complain("Standard output is closed or full.", "It was done all the same: " + done);
    return ExitStatus.OUTPUT;
  }

  /** Returns this host with other variables. */
  Host withEnvironment(Map<String, String> other) {
    return new Host(in, out, err, Map.copyOf(other), terminal, starter, timers);
  }

  /** Returns this host with another standard input, at which nobody types. */
  Host withIn(InputStream other) {
    return new Host(other, out, err, environment, Terminal.ABSENT, starter, timers);
  }
}
