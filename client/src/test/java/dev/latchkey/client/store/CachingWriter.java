package dev.latchkey.client.store;

import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.store.DiskCache.Shelf;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A process that keeps one version after the other of one secret, drops some of them, and names
 * each version on its output once that is done.
 */
final class CachingWriter {
  static final CiphertextQuery NEWEST = CiphertextQuery.newest(AppendingWriter.NAME);

  private CachingWriter() {}

  public static void main(String[] args) {
    Shelf shelf = shelf(Path.of(args[0]));
    // Unbuffered: a version that was named before the kill must have left the process.
    var out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    for (long left = Long.parseLong(args[1]); left > 0; left--) {
      long next = shelf.highest(AppendingWriter.NAME) + 1;
      shelf.keep(NEWEST, AppendingWriter.version(next), Instant.now());
      if (isDropped(next)) {
        shelf.drop(NEWEST);
      }
      out.println(next);
    }
  }

  static Shelf shelf(Path directory) {
    return DiskCache.in(directory).shelf("source", AppendingWriter.PROJECT);
  }

  static boolean isDropped(long version) {
    return version % 4 == 0;
  }
}
