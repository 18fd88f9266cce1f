package dev.latchkey.client.cli;

import java.util.Objects;

/** Prints environment variables, for the quick start where there is no shell to do it. */
final class PrintVariables {
  private PrintVariables() {}

  /** Prints the named variables, a line each. */
  public static void main(String[] names) {
    for (String name : names) {
      System.out.println(name + "=" + Objects.requireNonNullElse(System.getenv(name), ""));
    }
  }
}
