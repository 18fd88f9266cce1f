package dev.latchkey.client.store;

import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one secret on a {@link DiskCache.Shelf}: {@code newest-8.json}, what the source gave
 * as the newest; {@code pinned-3.json}, what it gave for a version that was asked for; {@code
 * highest-8}, empty, the mark that stays when the newest is dropped. The time that a file was
 * modified is the time of the last confirmation.
 *
 * <p>The version is in the name, and a name goes only when one of that version or a higher one is
 * there. So the highest is known without opening a file, damage to a file does not lower it, and of
 * any number of writers without a lock none takes it back, wherever it is killed. What two of them
 * leave side by side, the next one tidies up.
 */
final class CachedSecret {
  private static final String NEWEST = "newest-";
  private static final String PINNED = "pinned-";
  private static final String HIGHEST = "highest-";
  private static final String EXTENSION = ".json";

  private final String project;
  private final SecretName name;
  private final Path directory;

  CachedSecret(Path shelf, String project, SecretName name) {
    this.project = project;
    this.name = name;
    this.directory = shelf.resolve(name.canonical());
  }

  Path directory() {
    return directory;
  }

  /** Returns the highest version that was kept as the newest; 0 if none was. */
  long highest() throws IOException {
    return highest(files());
  }

  private static long highest(List<String> files) {
    long highest = 0;
    for (String file : files) {
      highest = Math.max(highest, newestOrMark(file));
    }
    return highest;
  }

  private static long newestOrMark(String file) {
    return Math.max(newest(file), SecretDirectory.version(file, HIGHEST, ""));
  }

  private static long newest(String file) {
    return SecretDirectory.version(file, NEWEST, EXTENSION);
  }

  private List<String> files() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        names.add(file.getFileName().toString());
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return names;
  }

  /** Returns what is kept of a version; null if that is nothing, or not whole. */
  DiskCache.@Nullable Kept read(long version, boolean pinned) throws IOException {
    Path file = file(version, pinned);
    try {
      var attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile() || attributes.size() > VersionFile.MAX_BYTES) {
        return null;
      }
      byte[] json;
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        // Not more than that, whatever the file has become since.
        json = in.readNBytes(VersionFile.MAX_BYTES);
      }
      VersionFile content = VersionFile.parse(json, new SecretIdentity(project, name, version));
      byte[] ciphertext = content.ciphertext();
      if (ciphertext == null) {
        return null;
      }
      return new DiskCache.Kept(
          new SealedSecret(content.identity(), ciphertext, content.createdAt()),
          attributes.lastModifiedTime().toInstant());
    } catch (NoSuchFileException | SecretProtocolException e) {
      return null;
    }
  }

  /** Keeps a version that was asked for, or else the newest unless a newer one is or was kept. */
  void write(long version, boolean pinned, byte[] json, Instant confirmedAt) throws IOException {
    List<String> files = pinned ? List.of() : files();
    if (highest(files) > version) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory, DurableFile.permissions(directory, "rwx------"));
    }
    DurableFile.removeLeftovers(directory);
    String file = file(version, pinned).getFileName().toString();
    try {
      DurableFile.replace(directory, file, json);
    } catch (NoSuchFileException e) {
      // Dropped while it was written. What is left of a drop is the mark.
      if (!pinned) {
        mark(version);
        removeBelow(version, files);
      }
      return;
    }
    // Not before it has its name: an old temporary file is taken for a killed writer's. A kill
    // between the two makes it look confirmed at the write, later by as long as the request took.
    confirm(version, pinned, confirmedAt);
    removeBelow(version, files);
  }

  private void removeBelow(long version, List<String> files) throws IOException {
    for (String file : files) {
      long below = newestOrMark(file);
      if (below > 0 && below < version) {
        Files.deleteIfExists(directory.resolve(file));
      }
    }
  }

  /** Does nothing if the version is not kept: another process may have a newer one by now. */
  void confirm(long version, boolean pinned, Instant confirmedAt) throws IOException {
    BasicFileAttributeView times =
        Files.getFileAttributeView(
            file(version, pinned), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    try {
      times.setTimes(FileTime.from(confirmedAt), null, null);
    } catch (NoSuchFileException e) {
      // As said.
    }
  }

  void removePinned(long version) throws IOException {
    Files.deleteIfExists(file(version, true));
  }

  /** Removes all that is kept of the secret but the mark, and that even if it cannot be made. */
  void removeAll() throws IOException {
    List<String> files = files();
    long highest = highest(files);
    IOException notMarked = null;
    try {
      if (highest > 0) {
        mark(highest);
      }
    } catch (IOException e) {
      notMarked = e;
    }
    for (String file : files) {
      if (holdsCiphertext(file)) {
        Files.deleteIfExists(directory.resolve(file));
      }
    }
    if (notMarked != null) {
      throw notMarked;
    }
    removeBelow(highest, files);
  }

  private static boolean holdsCiphertext(String file) {
    return newest(file) > 0
        || SecretDirectory.version(file, PINNED, EXTENSION) > 0
        || file.startsWith(DurableFile.TEMPORARY);
  }

  private void mark(long version) throws IOException {
    Path mark = directory.resolve(HIGHEST + version);
    try {
      Files.createFile(mark, DurableFile.permissions(mark, "rw-------"));
    } catch (FileAlreadyExistsException e) {
      // All that it says is that it is there.
    }
  }

  private Path file(long version, boolean pinned) {
    return directory.resolve((pinned ? PINNED : NEWEST) + version + EXTENSION);
  }
}
