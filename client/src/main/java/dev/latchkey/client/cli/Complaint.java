package dev.latchkey.client.cli;

import java.io.PrintStream;

/** Prints what went wrong: {@code latchkey: problem}, and on the next line what to do. */
final class Complaint {
  private final PrintStream err;

  Complaint(PrintStream err) {
    this.err = err;
  }

  void print(String problem, String remedy) {
    err.println("latchkey: " + problem);
    if (!remedy.isEmpty()) {
      err.println(remedy);
    }
    err.flush();
  }

  /** Prints where a failure that nobody foresaw happened; its message may hold anything. */
  void printDefect(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    print(
        "An unforeseen failure: "
            + e.getClass().getName()
            + (trace.length == 0 ? "." : " at " + trace[0] + "."),
        "This is a defect of latchkey: report it to its authors, with the line above and the output"
            + " of `latchkey --version`.");
  }
}
