package dev.latchkey.client.store;

import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The versions of one secret in a {@link DirectoryStore}. Symbolic links are followed, since
 * volumes that an orchestrator mounts are made of them.
 */
final class SecretDirectory {
  private static final String EXTENSION = ".json";
  private static final int LONGEST_NUMBER = 19;

  private final Path root;
  private final String project;
  private final SecretName name;
  private final Path parent;
  private final Path directory;

  SecretDirectory(Path root, String project, SecretName name) {
    this.root = root;
    this.project = project;
    this.name = name;
    this.parent = root.resolve(project);
    this.directory = parent.resolve(name.canonical());
  }

  SecretIdentity identity(long version) {
    return new SecretIdentity(project, name, version);
  }

  /**
   * Returns the highest version that there is a file of; 0 if there is none. No file is opened.
   *
   * @throws SecretUnavailableException if the directory is there and cannot be listed
   */
  long newest() {
    long newest = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        newest = Math.max(newest, version(file.getFileName().toString(), "", EXTENSION));
      }
    } catch (NoSuchFileException e) {
      return 0;
    } catch (DirectoryIteratorException | IOException e) {
      throw StoreFailures.reading(root, name, directory, e);
    }
    return newest;
  }

  /** Returns the version that stands between two parts of a file name; 0 if none does. */
  static long version(String file, String before, String after) {
    int start = before.length();
    int end = file.length() - after.length();
    if (end <= start
        || end - start > LONGEST_NUMBER
        || !file.startsWith(before)
        || !file.endsWith(after)) {
      return 0;
    }
    long version = 0;
    for (int i = start; i < end; i++) {
      int digit = file.charAt(i) - '0';
      if (digit < 0 || digit > 9 || (digit == 0 && i == start)) {
        return 0;
      }
      version = 10 * version + digit;
    }
    // Nineteen digits can be past the largest number, and only by so little that the sign shows it.
    return Math.max(version, 0);
  }

  /**
   * Returns what the file of a version holds.
   *
   * @throws SecretProtocolException if it is missing or damaged
   * @throws SecretUnavailableException if it cannot be read
   */
  VersionFile read(long version) {
    SecretIdentity identity = identity(version);
    Path file = directory.resolve(fileName(version));
    byte[] json;
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile() || attributes.size() > VersionFile.MAX_BYTES) {
        throw StoreFailures.damaged(identity);
      }
      try (InputStream in = Files.newInputStream(file)) {
        // Not more than that, whatever the file has become since.
        json = in.readNBytes(VersionFile.MAX_BYTES);
      }
    } catch (NoSuchFileException e) {
      throw StoreFailures.missing(identity);
    } catch (IOException e) {
      throw StoreFailures.reading(root, name, directory, e);
    }
    return VersionFile.parse(json, identity);
  }

  /**
   * Adds the file of a version, unless there is one; tells whether it did.
   *
   * @throws SecretUnavailableException if it cannot be written
   */
  boolean add(VersionFile version) {
    byte[] json = version.json();
    try {
      DurableFile.makeDirectories(directory);
      DurableFile.removeLeftovers(directory);
      boolean added = DurableFile.create(directory, fileName(version.identity().version()), json);
      if (added && version.identity().version() == 1) {
        // Whoever made the directories may have been cut off before they were safe.
        DurableFile.force(parent);
        DurableFile.force(root);
      }
      return added;
    } catch (IOException | UnsupportedOperationException e) {
      throw StoreFailures.writing(root, name, directory, json.length, e);
    }
  }

  private static String fileName(long version) {
    return Long.toString(version).concat(EXTENSION);
  }
}
