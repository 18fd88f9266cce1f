package dev.latchkey.client.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Files that are whole or not there at all, whenever a process ends; those that are made for good,
 * whenever the machine ends.
 *
 * <p>A file is written under a name that readers pass over. One that is made for good is forced to
 * disk, then linked to its own name, then the directory is forced. A link is the one step of the
 * three that can be made without replacing what another process has just put there. One that may be
 * lost is renamed to its own name, which replaces it. What a killed writer leaves is a file that
 * nobody reads.
 */
final class DurableFile {
  /** What the names of files begin with that are not whole yet, or were left by killed writers. */
  static final String TEMPORARY = ".tmp-";

  /** So much longer than a write takes that no writer which is alive loses its file. */
  private static final long LEFTOVER_MILLIS = 3_600_000;

  private DurableFile() {}

  /**
   * Makes a file in a directory unless one of that name exists, and tells whether it did. It is on
   * disk when this returns true.
   *
   * @throws UnsupportedOperationException if the file system is read-only or has no hard links
   */
  static boolean create(Path directory, String name, byte[] content) throws IOException {
    Path temporary = directory.resolve(TEMPORARY + UUID.randomUUID());
    try {
      write(temporary, content, true);
      link(directory.resolve(name), temporary);
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      removeQuietly(temporary);
    }
    force(directory);
    return true;
  }

  /**
   * Puts a file into a directory in place of the one of that name, if there is one. A link of that
   * name is replaced, not followed. Since nothing is forced to disk, a file of that name can hold
   * anything after a power cut.
   */
  static void replace(Path directory, String name, byte[] content) throws IOException {
    Path temporary = directory.resolve(TEMPORARY + UUID.randomUUID());
    try {
      write(temporary, content, false);
      Files.move(
          temporary,
          directory.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      removeQuietly(temporary);
    }
  }

  private static void write(Path file, byte[] content, boolean force) throws IOException {
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options, permissions(file, "rw-------"))) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      if (force) {
        channel.force(true);
      }
    }
  }

  private static void link(Path file, Path existing) throws IOException {
    try {
      Files.createLink(file, existing);
    } catch (FileAlreadyExistsException | AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      // FAT, and many network and user-space file systems, say only that it is not permitted.
      if (Files.exists(existing)) {
        throw new NoLinkException(e);
      }
      throw e;
    }
  }

  /** Makes a directory and those above it, each on disk when this returns. */
  static void makeDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null) {
      makeDirectories(parent);
    }
    try {
      Files.createDirectory(directory, permissions(directory, "rwx------"));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    if (parent != null) {
      force(parent);
    }
  }

  /** Forces the entries of a directory to disk. */
  static void force(Path directory) throws IOException {
    // Windows opens no directory as a file, and needs not: its journal keeps the order.
    if (isPosix(directory)) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Removes what writers that were killed long ago have left in a directory, as far as it can. */
  static void removeLeftovers(Path directory) {
    long latest = System.currentTimeMillis() - LEFTOVER_MILLIS;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, TEMPORARY + "*")) {
      for (Path file : files) {
        removeIfOlder(file, latest);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // The write that comes next says what is wrong with the directory, if anything is.
    }
  }

  private static void removeIfOlder(Path file, long latest) throws IOException {
    try {
      if (Files.getLastModifiedTime(file).toMillis() < latest) {
        removeQuietly(file);
      }
    } catch (NoSuchFileException e) {
      // Its writer is alive, and done.
    }
  }

  private static void removeQuietly(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException | UnsupportedOperationException e) {
      // Nobody reads it, and a later writer removes it; the write's own outcome is what matters.
    }
  }

  static FileAttribute<?>[] permissions(Path path, String permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** The file system refused to give a file a second name. */
  static final class NoLinkException extends IOException {
    private static final long serialVersionUID = 1L;

    NoLinkException(IOException cause) {
      super(cause);
    }
  }
}
