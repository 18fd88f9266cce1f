package dev.latchkey.client.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.client.store.DiskCache.Kept;
import dev.latchkey.client.store.DiskCache.Shelf;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed while they write to a cache. */
class DiskCacheKillIT {
  private static final int KILLS = 25;
  private static final int KILLED = 128 + 9;

  @TempDir Path directory;

  @Test
  void keepAndDrop_killedAnywhere_tearNothingAndNeverGoBack() throws Exception {
    var random = new Random();
    long acknowledged = 0;
    int midWrite = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process writer = AppendingWriter.start(CachingWriter.class, directory, Integer.MAX_VALUE);
      try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
        assertThat(lines.readLine()).isEqualTo(Long.toString(acknowledged + 1));
        // It goes on meanwhile, for some writes and a part of one.
        LockSupport.parkNanos(random.nextInt(5_000_000));
        // By its handle: the process's own method closes the pipe, with acknowledgements in it.
        writer.toHandle().destroyForcibly();
        acknowledged = lines.lines().mapToLong(Long::parseLong).max().orElse(acknowledged + 1);
      } finally {
        writer.toHandle().destroyForcibly();
      }
      assertThat(writer.waitFor()).isEqualTo(KILLED);

      Shelf shelf = CachingWriter.shelf(directory);
      long highest = shelf.highest(AppendingWriter.NAME);
      assertThat(highest).isBetween(acknowledged, acknowledged + 1);
      Optional<Kept> kept = shelf.find(CachingWriter.NEWEST);
      assertThat(kept.isPresent() || CachingWriter.isDropped(highest)).isTrue();
      assertThat(
              kept.isPresent() && CachingWriter.isDropped(acknowledged) && highest == acknowledged)
          .isFalse();
      kept.ifPresent(
          found ->
              assertThat(found.secret().ciphertext())
                  .isEqualTo(AppendingWriter.version(highest).ciphertext()));
      midWrite += highest > acknowledged || leftovers() > 0 ? 1 : 0;
      acknowledged = highest;
    }
    // Kills that always fell between writes would prove nothing.
    assertThat(midWrite).isPositive();
  }

  private long leftovers() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".tmp-")).count();
    }
  }
}
