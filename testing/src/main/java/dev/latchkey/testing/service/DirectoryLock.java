package dev.latchkey.testing.service;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps a directory for one service at a time, of this process and of others. Thread-safe. */
final class DirectoryLock implements AutoCloseable {
  /**
   * Those that are held in this process. The system forgets a lock when any channel to its file is
   * closed, also that of somebody who was refused.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path known;
  private final FileChannel channel;

  private DirectoryLock(Path known, FileChannel channel) {
    this.known = known;
    this.channel = channel;
  }

  /**
   * Takes the lock of a directory, which is there.
   *
   * @throws IllegalStateException if another service has it
   */
  static DirectoryLock take(Path directory) throws IOException {
    Path known = directory.toRealPath();
    if (!HELD.add(known)) {
      throw inUse(directory);
    }
    FileChannel channel = null;
    try {
      channel =
          FileRights.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        throw inUse(directory);
      }
      return new DirectoryLock(known, channel);
    } catch (OverlappingFileLockException e) { // Of another class loader, which has its own set.
      HELD.remove(known);
      throw inUse(directory);
    } catch (IOException | RuntimeException | Error e) {
      closeQuietly(channel);
      HELD.remove(known);
      throw e;
    }
  }

  private static IllegalStateException inUse(Path directory) {
    return new IllegalStateException(
        "Another service uses " + directory + ". Stop it, or choose another directory.");
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // It holds no lock any more, and there is nothing else to do about it.
    }
  }

  /** Lets another service have the directory. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    if (channel.isOpen()) {
      closeQuietly(channel);
      HELD.remove(known);
    }
  }
}
