package dev.latchkey.testing.http;

import dev.latchkey.SecretException;
import dev.latchkey.Secrets;

/** A program that says what it sees of a secret. */
final class SecretReader {
  private SecretReader() {}

  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) {
    try {
      System.out.print(Secrets.get("MY_APP_SECRET"));
    } catch (SecretException e) {
      System.out.print(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
}
