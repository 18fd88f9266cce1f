package dev.latchkey.client.source;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The token of a process, checked to be safe in a header. Messages never hold it. */
final class BearerToken {
  private static final int MAX_LENGTH = 16 * 1024;

  private final Supplier<String> supplier;

  private BearerToken(Supplier<String> supplier) {
    this.supplier = supplier;
  }

  static BearerToken of(Supplier<String> supplier) {
    return new BearerToken(supplier);
  }

  /** Returns the token in a file, read at each use: that is cheap beside a request, and current. */
  static BearerToken in(Path file) {
    return new BearerToken(() -> read(file));
  }

  private static String read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_LENGTH + 2);
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      // Not named unless there is one: what stands in a path's place may be the token itself.
      throw new SecretConfigurationException(
          Files.exists(file)
              ? "The token file " + file + " cannot be read."
              : "The token file does not exist.",
          "Check LATCHKEY_TOKEN_FILE, and that this process may read the file.");
    }
  }

  /**
   * Returns the current token.
   *
   * @throws SecretConfigurationException if there is none, or it cannot be sent
   */
  String current() {
    String token = supply();
    if (token == null || token.isEmpty()) {
      throw new SecretConfigurationException(
          "The token is empty.", "Check LATCHKEY_TOKEN, or the file of LATCHKEY_TOKEN_FILE.");
    }
    boolean legal = token.length() <= MAX_LENGTH;
    for (int i = 0; legal && i < token.length(); i++) {
      legal = token.charAt(i) > ' ' && token.charAt(i) < 0x7f;
    }
    if (!legal) {
      throw new SecretConfigurationException(
          "The token cannot be sent: it is too long, or has a space, a line break or a character"
              + " outside ASCII.",
          "Give the token alone, without quotes, \"Bearer\" or a second line.");
    }
    return token;
  }

  private String supply() {
    try {
      return supplier.get();
    } catch (SecretException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new SecretConfigurationException(
          "The supplier of the token failed.", "Look at what it depends on.");
    }
  }
}
