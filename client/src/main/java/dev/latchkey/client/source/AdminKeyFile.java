package dev.latchkey.client.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.latchkey.SecretConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;

/**
 * The file with an admin's key, one line {@code userId:apiKey}. It is read for each request and
 * kept by none, so that a key is in memory for as long as a request takes. Messages never hold it.
 * Immutable and thread-safe.
 */
record AdminKeyFile(Path file) implements Credential {
  private static final int MAX_BYTES = 4096;

  @Override
  public Given current() {
    byte[] bytes = read();
    try {
      return new Given(header(bytes), 0);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  @Override
  public Given renewed(Given refused) {
    return current();
  }

  private byte[] read() {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new SecretConfigurationException(
          Files.exists(file)
              ? "The admin key file " + file + " cannot be read."
              : "The admin key file does not exist.",
          "Check LATCHKEY_ADMIN_KEY_FILE, and that this process may read the file.");
    }
  }

  private String header(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && isSpace(bytes[end - 1])) {
      end--;
    }
    boolean wellFormed = end <= MAX_BYTES && bytes.length <= MAX_BYTES;
    int colon = -1;
    for (int i = 0; wellFormed && i < end; i++) {
      wellFormed = bytes[i] > ' ' && bytes[i] < 0x7f;
      colon = colon < 0 && bytes[i] == ':' ? i : colon;
    }
    if (!wellFormed || colon <= 0 || colon == end - 1) {
      throw new SecretConfigurationException(
          "The admin key file" + named() + " is not one line userId:apiKey.",
          "Put the user and the API key into it, with a colon between and without spaces or"
              + " quotes.");
    }
    byte[] key = Arrays.copyOf(bytes, end);
    byte[] encoded = Base64.getEncoder().encode(key);
    try {
      return "Basic " + new String(encoded, ISO_8859_1);
    } finally {
      Arrays.fill(key, (byte) 0);
      Arrays.fill(encoded, (byte) 0);
    }
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  /** Names the file only if there is one: what stands in its place may be the key itself. */
  String named() {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? " " + file : "";
  }

  /** Returns nothing of the file: what stands in its place may be the key itself. */
  @Override
  public String toString() {
    return "AdminKeyFile";
  }
}
