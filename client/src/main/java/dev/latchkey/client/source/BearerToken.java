package dev.latchkey.client.source;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The token of a process, checked to be safe in a header. Messages never hold it. Thread-safe; what
 * supplies it may block, and then so does whoever asks.
 */
final class BearerToken implements Credential {
  private static final int MAX_LENGTH = 16 * 1024;

  private final Supplier<String> supplier;
  private final @Nullable Path file;

  /** How often the token was asked for because it had been refused, and what came of it last. */
  private volatile int renewals;

  private @Nullable Given renewed;
  private @Nullable SecretException notRenewed;

  private BearerToken(Supplier<String> supplier, @Nullable Path file) {
    this.supplier = supplier;
    this.file = file;
  }

  static BearerToken of(Supplier<String> supplier) {
    return new BearerToken(supplier, null);
  }

  /** Returns the token in a file, read at each use: that is cheap beside a request, and current. */
  static BearerToken in(Path file) {
    return new BearerToken(() -> read(file), file);
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
   * Returns a digest of what tells one asker from another: the file of the token, since what is in
   * it is issued anew often and to the same process, or else the token. The path too is only
   * digested: what stands in its place may be the token itself.
   *
   * @throws SecretException if there is no token
   */
  String asker() {
    return file == null
        ? digest("token", supply())
        : digest("file", file.toAbsolutePath().toString());
  }

  private static String digest(String kind, String text) {
    byte[] bytes = ("latchkey.asker.v1 " + kind + " " + text).getBytes(StandardCharsets.UTF_8);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // Each Java platform has it.
    }
  }

  @Override
  public Given current() {
    // Counted before the asking: a renewal that ends meanwhile is not older than what is given.
    int before = renewals;
    return new Given(header(), before);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The token is asked for once, whatever the number of requests that were refused with one from
   * before that; they wait for each other here, and share what comes of it.
   */
  @Override
  public synchronized Given renewed(Given refused) {
    if (refused.renewals() == renewals) {
      renew();
    }
    if (renewed == null) {
      SecretException shared = Objects.requireNonNull(notRenewed);
      throw shared.withProblem(shared.problem());
    }
    return renewed;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Only written here, under the lock.
  private void renew() {
    renewed = null;
    notRenewed = null;
    try {
      renewed = new Given(header(), renewals + 1);
    } catch (SecretException e) {
      notRenewed = e;
    }
    renewals++;
  }

  private String header() {
    return "Bearer " + supply();
  }

  private String supply() {
    String token = ask();
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

  private String ask() {
    try {
      return supplier.get();
    } catch (SecretException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      throw new SecretConfigurationException(
          "The supplier of the token failed.", "Look at what it depends on.");
    }
  }
}
