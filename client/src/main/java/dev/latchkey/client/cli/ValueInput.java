package dev.latchkey.client.cli;

import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import java.io.IOException;
import java.nio.CharBuffer;
import java.util.Arrays;

/** Where a new value comes from: the bytes of standard input, or a person who types it twice. */
final class ValueInput {
  private static final String SMALLER =
      "Store a smaller one, or the key of a file that is encrypted with it.";

  private final Host host;
  private final boolean trimNewline;

  ValueInput(Host host, boolean trimNewline) {
    this.host = host;
    this.trimNewline = trimNewline;
  }

  /** Returns the value, for the caller to close. */
  SecretValue read(SecretName name) {
    if (host.terminal().present()) {
      return ask(name);
    }
    if (host.terminal().typedInSight()) {
      throw new UsageException(
          "The value would be seen as it is typed.",
          "Do not redirect standard output, or pipe the value in.");
    }
    return take();
  }

  private SecretValue ask(SecretName name) {
    try (SecretValue first = typed("Value of " + name + " (not shown): ");
        SecretValue second = typed("The same again: ")) {
      if (!first.equals(second)) {
        throw new SecretValueException("The two values differ.", "Type the same one twice.");
      }
      return SecretValue.copyOf(first.bytes());
    }
  }

  private SecretValue typed(String prompt) {
    char[] chars = host.terminal().readUnseen(prompt);
    if (chars == null || chars.length == 0) {
      throw new SecretValueException(
          "No value was typed.", "To store an empty one, give standard input from /dev/null.");
    }
    try {
      return SecretValue.of(CharBuffer.wrap(chars));
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  private SecretValue take() {
    // One buffer of the full size: a growing one would leave its smaller forms behind.
    byte[] buffer = new byte[SecretValue.MAX_BYTES + (trimNewline ? 3 : 1)];
    try {
      int read = fill(buffer);
      int length = trimNewline && read < buffer.length ? trimmed(buffer, read) : read;
      if (length > SecretValue.MAX_BYTES) {
        throw new SecretValueException(
            "The value is over the limit of " + SecretValue.MAX_BYTES + " bytes.", SMALLER);
      }
      return SecretValue.adopt(Arrays.copyOf(buffer, length));
    } finally {
      Arrays.fill(buffer, (byte) 0);
    }
  }

  private int fill(byte[] buffer) {
    try {
      return host.in().readNBytes(buffer, 0, buffer.length);
    } catch (IOException e) {
      throw new SecretValueException(
          "Standard input cannot be read.",
          "Give the value in a file or a pipe; a directory is none.");
    }
  }

  private static int trimmed(byte[] buffer, int length) {
    if (length == 0 || buffer[length - 1] != '\n') {
      return length;
    }
    return length > 1 && buffer[length - 2] == '\r' ? length - 2 : length - 1;
  }
}
