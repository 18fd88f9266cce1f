package dev.latchkey.client.cli;

import dev.latchkey.SecretName;

/** The name of a secret among the arguments. */
final class NameArgument {
  private NameArgument() {}

  /**
   * Returns the name.
   *
   * @throws UsageException if there is a value in the argument too, which must not be repeated
   */
  static SecretName parse(String name) {
    if (name.indexOf('=') >= 0) {
      throw new UsageException(
          "A secret's name has no equals sign, and its value is no argument, since everybody on"
              + " this machine can read command lines.",
          "Give the name alone, and the value on standard input.");
    }
    return SecretName.parse(name);
  }
}
