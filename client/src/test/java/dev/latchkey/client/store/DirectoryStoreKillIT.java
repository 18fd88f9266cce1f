package dev.latchkey.client.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writers that are killed, and writers of two processes at once. */
class DirectoryStoreKillIT {
  private static final int KILLS = 200;
  private static final int KILLED = 128 + 9;

  @TempDir Path root;

  @Test
  void append_killedAnywhere_losesAndTearsNothing() throws Exception {
    DirectoryStore store = DirectoryStore.open(root, AppendingWriter.PROJECT);
    var random = new Random();
    long acknowledged = 0;
    int midWrite = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process writer = AppendingWriter.start(root, Integer.MAX_VALUE);
      var acknowledgements = new LinkedBlockingQueue<Long>();
      Thread reader = reader(writer, acknowledgements);
      try {
        long last = acknowledged;
        long before = System.nanoTime();
        long took = 0;
        for (int count = 2 + random.nextInt(5); count > 0; count--) {
          last = next(acknowledgements);
          took = System.nanoTime() - before;
          before += took;
        }
        // A wait that ends at a random point of the next write, as long as the last one took.
        long wait = (long) (took * random.nextDouble());
        Long another = acknowledgements.poll(wait, TimeUnit.NANOSECONDS);
        last = another == null ? last : another;
        acknowledged = last;
      } finally {
        // By its handle: the process's own method closes the pipe, with acknowledgements in it.
        writer.toHandle().destroyForcibly();
      }
      assertThat(writer.waitFor()).isEqualTo(KILLED);
      reader.join();
      for (Long late = acknowledgements.poll(); late != null; late = acknowledgements.poll()) {
        acknowledged = late;
      }

      long newest = assertWhole(store, Math.max(1, acknowledged - 8));
      assertThat(newest).isBetween(acknowledged, acknowledged + 1);
      midWrite += newest > acknowledged ? 1 : 0;
      acknowledged = newest;
    }
    assertThat(assertWhole(store, 1)).isEqualTo(acknowledged);
    // Kills that always fell between writes would prove nothing.
    assertThat(midWrite + leftovers()).isPositive();
  }

  @Test
  void append_twoProcesses_loseNothingAndLeaveNoGap() throws Exception {
    int each = 150;
    List<Process> writers =
        List.of(AppendingWriter.start(root, each), AppendingWriter.start(root, each));
    List<Long> versions = new ArrayList<>();
    List<BlockingQueue<Long>> queues = new ArrayList<>();
    List<Thread> readers = new ArrayList<>();
    for (Process writer : writers) {
      var queue = new LinkedBlockingQueue<Long>();
      queues.add(queue);
      readers.add(reader(writer, queue));
    }
    for (int i = 0; i < 2; i++) {
      assertThat(writers.get(i).waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(writers.get(i).exitValue()).isZero();
      readers.get(i).join();
      assertThat(queues.get(i)).hasSize(each);
      versions.addAll(queues.get(i));
    }
    List<Long> expected = new ArrayList<>();
    for (long version = 1; version <= 2L * each; version++) {
      expected.add(version);
    }
    assertThat(versions).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(assertWhole(DirectoryStore.open(root, AppendingWriter.PROJECT), 1))
        .isEqualTo(2L * each);
  }

  /** Asserts that each version from a given one on is there and whole; returns the newest. */
  private static long assertWhole(DirectoryStore store, long from) {
    long newest = store.find(AppendingWriter.NAME).orElseThrow().version();
    for (long version = from; version <= newest; version++) {
      var query = CiphertextQuery.pinned(AppendingWriter.NAME, version);
      var answer = store.fetch(FetchRequest.of(List.of(query), Duration.ofSeconds(20))).get(0);
      assertThat(answer).isInstanceOf(CiphertextAnswer.Sealed.class);
      var secret = ((CiphertextAnswer.Sealed) answer).secret();
      assertThat(secret.ciphertext()).isEqualTo(AppendingWriter.version(version).ciphertext());
    }
    return newest;
  }

  private int leftovers() {
    String[] names =
        root.resolve(AppendingWriter.PROJECT)
            .resolve(AppendingWriter.NAME.canonical())
            .toFile()
            .list((directory, name) -> name.startsWith(".tmp-"));
    return names == null ? 0 : names.length;
  }

  private static long next(BlockingQueue<Long> acknowledgements) throws InterruptedException {
    Long next = acknowledgements.poll(30, TimeUnit.SECONDS);
    assertThat(next).as("a version within 30 s").isNotNull();
    return next;
  }

  private static Thread reader(Process writer, BlockingQueue<Long> acknowledgements) {
    var thread =
        new Thread(
            () -> {
              try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
                String line = lines.readLine();
                while (line != null) {
                  acknowledgements.add(Long.valueOf(line));
                  line = lines.readLine();
                }
              } catch (IOException e) {
                // The pipe of a killed process ends so.
              }
            },
            "acknowledgements");
    thread.start();
    return thread;
  }
}
