package dev.latchkey.client.store;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DirectoryStore} and a {@link DiskCache} say when they fail. The operating system's
 * own words depend on its language, so that the usual reasons are found by asking the file system.
 */
final class StoreFailures {
  private static final String RESTORE =
      "Restore it from a backup or from version control; do not delete it, since its number must"
          + " not come again.";

  private StoreFailures() {}

  static SecretProtocolException damaged(SecretIdentity identity) {
    return new SecretProtocolException(
        "The file " + VersionFile.path(identity) + " is not a whole version of a secret.", RESTORE);
  }

  static SecretProtocolException missing(SecretIdentity identity) {
    return new SecretProtocolException(
        "The file " + VersionFile.path(identity) + " is missing.",
        "Try again; if it stays so, restore it from a backup or from version control.");
  }

  static SecretProtocolException misplaced(SecretIdentity identity) {
    return new SecretProtocolException(
        "The file "
            + VersionFile.path(identity)
            + " holds another project, name or version than its path says.",
        RESTORE);
  }

  static SecretProtocolException unknownFormat(SecretIdentity identity) {
    return new SecretProtocolException(
        "The file " + VersionFile.path(identity) + " is of a format unknown to this version.",
        "Use the version of Latchkey that wrote it, or a newer one.");
  }

  static SecretConflictException notNext(SecretIdentity identity, long newest) {
    return new SecretConflictException(
        "Version "
            + identity.version()
            + " of '"
            + identity.name()
            + "' in project '"
            + identity.project()
            + "' is not the next one: "
            + (newest == 0 ? "there is none yet." : "the newest is " + newest + "."),
        "Look at the newest version and try again.");
  }

  static SecretConflictException nothingToDelete(SecretIdentity identity) {
    return new SecretConflictException(
        "No secret named '"
            + identity.name()
            + "' in project '"
            + identity.project()
            + "' is there to delete.",
        "Look at the names that the store lists.");
  }

  static SecretUnavailableException closed() {
    return new SecretUnavailableException("The store is closed.", "Open another one.");
  }

  static SecretUnavailableException interrupted() {
    return new SecretUnavailableException(
        "The thread was interrupted while it used the store.",
        "Try again, unless the work is meant to end.");
  }

  static SecretUnavailableException late() {
    return new SecretUnavailableException(
        "The store did not answer in time.", "Look at the disk, or allow more time.");
  }

  static SecretUnavailableException noRoot(Path root) {
    return new SecretUnavailableException(
        "The store directory " + root + " does not exist.",
        "Check the path; the directory is made when the first secret is created.");
  }

  /** Returns why a project cannot be listed. */
  static SecretUnavailableException reading(Path root, Path directory, Exception e) {
    return reading("The store directory " + root, directory, e);
  }

  /** Returns why a secret cannot be read. */
  static SecretUnavailableException reading(
      Path root, SecretName name, Path directory, Exception e) {
    return reading("The secret '" + name + "' in the store directory " + root, directory, e);
  }

  private static SecretUnavailableException reading(String what, Path directory, Exception e) {
    if (Thread.currentThread().isInterrupted()) {
      return interrupted();
    }
    String problem = what + " cannot be read: ";
    Path file = fileAbove(directory);
    if (e instanceof AccessDeniedException) {
      return new SecretUnavailableException(
          problem + "this process has not the right to.",
          "Let the user of this process read the directory and what is in it.");
    }
    if (file != null) {
      return new SecretUnavailableException(
          problem + file + " is a file where a directory belongs.",
          "Name the directory that holds the projects.");
    }
    return new SecretUnavailableException(
        problem + reason(e) + ".", "Look at the disk and how it is mounted, then try again.");
  }

  /**
   * Returns why a secret was not written.
   *
   * @param size the bytes that there should have been room for
   */
  static SecretUnavailableException writing(
      Path root, SecretName name, Path directory, int size, Exception e) {
    if (Thread.currentThread().isInterrupted()) {
      return interrupted();
    }
    String problem =
        "The secret '" + name + "' cannot be written to the store directory " + root + ": ";
    if (e instanceof ReadOnlyFileSystemException || isReadOnly(directory)) {
      return new SecretUnavailableException(
          problem + "the file system is read-only.", "Mount it for writing, or use another store.");
    }
    if (e instanceof AccessDeniedException) {
      return new SecretUnavailableException(
          problem + "this process has not the right to.",
          "Let the user of this process write to the directory and what is in it.");
    }
    if (isFull(directory, size)) {
      return new SecretUnavailableException(
          problem + "the disk is full.", "Make room, then try again.");
    }
    if (e instanceof DurableFile.NoLinkException || e instanceof UnsupportedOperationException) {
      return new SecretUnavailableException(
          problem + "the file system makes no hard links.",
          "Keep the store on a file system that does, such as ext4, XFS, APFS or NTFS.");
    }
    return new SecretUnavailableException(
        problem + reason(e) + ".", "Look at the disk and how it is mounted, then try again.");
  }

  static SecretConfigurationException cacheIsFile(Path directory, Path file) {
    return new SecretConfigurationException(
        "The cache directory "
            + directory
            + " cannot be used: "
            + file
            + " is a file where a directory belongs.",
        "Set LATCHKEY_CACHE_DIR to a directory, or to where one can be made.");
  }

  static SecretConfigurationException cacheIsOpen(Path directory) {
    return new SecretConfigurationException(
        "The cache directory " + directory + " may be written by others than its owner.",
        "Run chmod 700 on it, or set LATCHKEY_CACHE_DIR to another directory.");
  }

  /**
   * Returns what to log when a cache cannot be read or written.
   *
   * @param place the directory that was to be used in it
   * @param size the bytes that there should have been room for
   */
  static String caching(Path directory, Path place, int size, Exception e) {
    return "The cache directory "
        + directory
        + " cannot be used: "
        + whyNotCached(place, size, e)
        + ". Mend that, or set LATCHKEY_CACHE_DIR to another directory; until then a process that"
        + " starts while its source is down may find old secrets there, or none.";
  }

  private static String whyNotCached(Path place, int size, Exception e) {
    boolean fromDisk =
        e instanceof IOException
            || e instanceof UnsupportedOperationException
            || e instanceof DirectoryIteratorException;
    if (!fromDisk) {
      // The file system itself is of no use then, not even to ask why.
      return e.getClass().getName();
    }
    if (e instanceof ReadOnlyFileSystemException || isReadOnly(place)) {
      return "the file system is read-only";
    }
    if (e instanceof AccessDeniedException) {
      return "this process has not the right to";
    }
    if (isFull(place, size)) {
      return "the disk is full";
    }
    Path file = fileAbove(place);
    return file == null ? reason(e) : file + " is a file where a directory belongs";
  }

  /** Returns the nearest thing that exists on the way to a path, if it is no directory. */
  static @Nullable Path fileAbove(Path path) {
    Path nearest = existing(path);
    return nearest == null || Files.isDirectory(nearest) ? null : nearest;
  }

  private static @Nullable Path existing(Path path) {
    Path nearest = path;
    while (nearest != null && !Files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    return nearest;
  }

  private static boolean isReadOnly(Path path) {
    Path nearest = existing(path);
    try {
      return nearest != null && Files.getFileStore(nearest).isReadOnly();
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static boolean isFull(Path path, int size) {
    Path nearest = existing(path);
    try {
      return nearest != null && Files.getFileStore(nearest).getUsableSpace() < size;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Returns the operating system's words, without the paths that come before them. */
  private static String reason(Exception e) {
    if (e instanceof DirectoryIteratorException iteration && iteration.getCause() != null) {
      return reason(iteration.getCause());
    }
    String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }
}
