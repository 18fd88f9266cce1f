package dev.latchkey.client.cli;

import dev.latchkey.SecretValue;
import dev.latchkey.Secrets;

/** An app that reads a secret by itself: as text, or as bytes with {@code --bytes}. */
final class ReadingChild {
  private ReadingChild() {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("--bytes")) {
      try (SecretValue value = Secrets.value(args[1])) {
        System.out.write(value.bytes());
        System.out.flush();
      }
      return;
    }
    System.out.println(Secrets.get(args[0]));
    System.out.println(System.getenv(args[0]));
    System.out.flush();
    // Until the test has looked at this process.
    int unused = System.in.read();
  }
}
