package dev.latchkey.client.store;

import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretName;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** A process that appends versions of one secret and names each on its output once it is there. */
final class AppendingWriter {
  static final SecretName NAME = SecretName.parse("my-secret");
  static final String PROJECT = "shop";

  private AppendingWriter() {}

  /**
   * Starts a process that makes up to the given number of versions; its errors are the caller's.
   */
  static Process start(Path root, int versions) throws IOException {
    return start(AppendingWriter.class, root, versions);
  }

  /** Starts a process of another class like this one. */
  static Process start(Class<?> writer, Path root, int versions) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path").replace("\n", File.pathSeparator),
                writer.getName(),
                root.toString(),
                Integer.toString(versions)))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  public static void main(String[] args) {
    DirectoryStore store = DirectoryStore.open(Path.of(args[0]), PROJECT);
    // Unbuffered: a version that was named before the kill must have left the process.
    var out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    for (int left = Integer.parseInt(args[1]); left > 0; ) {
      long next = store.find(NAME).map(StoredSecret::version).orElse(0L) + 1;
      try {
        store.append(version(next));
        out.println(next);
        left--;
      } catch (SecretConflictException e) {
        // Another writer was first: look again.
      }
    }
  }

  /** Returns the version of a number, whose bytes follow from it: 100 to 30 000 of them. */
  static SealedSecret version(long version) {
    byte[] ciphertext = new byte[(int) (100 + version * 7919 % 29_900)];
    Arrays.fill(ciphertext, (byte) version);
    ByteBuffer.wrap(ciphertext).putLong(version);
    return new SealedSecret(
        new SecretIdentity(PROJECT, NAME, version), ciphertext, Instant.ofEpochSecond(version));
  }
}
