package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.Secrets;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A process that prints the value of a variable, or why it has none. */
final class SecretPrinter {
  private SecretPrinter() {}

  public static void main(String[] args) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      out.print(Secrets.get(args[0]));
    } catch (SecretException e) {
      out.print(e.getClass().getSimpleName() + ": " + e.getMessage());
      System.exit(1);
    }
  }
}
