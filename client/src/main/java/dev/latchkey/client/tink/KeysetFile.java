package dev.latchkey.client.tink;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretConflictException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;

/** Reads and writes the file of a keyset. A file is only ever seen whole. */
final class KeysetFile {
  private static final int MAX_BYTES = 1 << 20;

  private KeysetFile() {}

  static String read(Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new SecretConfigurationException(
          "The file does not exist.", "Check the path, and that the file is mounted.");
    } catch (IOException e) {
      throw new SecretConfigurationException(
          "The file cannot be read.",
          "Check that it is a file, and that this process may read it.");
    }
    try {
      if (bytes.length > MAX_BYTES) {
        throw new SecretConfigurationException(
            "The file is over " + MAX_BYTES + " bytes.", "Give the path of a Tink keyset.");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Names a file only if there is one: what stands in a path's place may be the keyset itself. */
  private static String named(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? " " + file : "";
  }

  static String in(Path file, SecretConfigurationException e) {
    return "Keyset file" + named(file) + ": " + e.problem();
  }

  static void create(Path file, String json) {
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      try {
        write(temporary, json);
        // A link, unlike a move, fails if the name is taken.
        Files.createLink(file, temporary);
      } finally {
        Files.deleteIfExists(temporary);
      }
      forceDirectory(file);
    } catch (FileAlreadyExistsException e) {
      throw new SecretConflictException(
          "The keyset file " + file + " exists already.",
          "Rotate it, or choose another path; without its keys, what they sealed is lost.");
    } catch (IOException | UnsupportedOperationException e) {
      throw unwritable(file);
    }
  }

  /**
   * Begins to replace a file. Of several at once one succeeds: each reads the old keys first, and
   * the last to write would otherwise lose the other's new one.
   */
  static Replacement replace(Path file) {
    try {
      Path real = file.toRealPath();
      Path next = real.resolveSibling(real.getFileName() + ".new");
      Files.createFile(next, ownerOnly(real));
      return new Replacement(real, next);
    } catch (FileAlreadyExistsException e) {
      throw new SecretConflictException(
          "The keyset file " + file + " is being replaced: there is a file with .new added.",
          "Wait for the other rotation; if none runs, one was cut off: delete the .new file.");
    } catch (NoSuchFileException e) {
      throw new SecretConfigurationException(
          "Keyset file: The file does not exist.", "Check the path.");
    } catch (IOException e) {
      throw unwritable(file);
    }
  }

  /** A file being replaced, until it is closed. Not thread-safe. */
  static final class Replacement implements AutoCloseable {
    private final Path file;
    private final Path next;
    private boolean moved;

    private Replacement(Path file, Path next) {
      this.file = file;
      this.next = next;
    }

    void commit(String json) {
      try {
        write(next, json);
        copyAccess(file, next);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        moved = true;
        forceDirectory(file);
      } catch (IOException e) {
        throw unwritable(file);
      }
    }

    @Override
    public void close() {
      if (moved) {
        return; // What has the name now is another's replacement.
      }
      try {
        Files.deleteIfExists(next);
      } catch (IOException e) {
        throw unwritable(file);
      }
    }
  }

  private static SecretConfigurationException unwritable(Path file) {
    return new SecretConfigurationException(
        "The keyset file" + named(file) + " cannot be written.",
        "Check that its directory exists, is writable by this user, and allows hard links and"
            + " changes of owner.");
  }

  private static void write(Path file, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options, ownerOnly(file))) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path file) {
    return isPosix(file)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Lets those who read the old file read the new one, and nobody else. */
  private static void copyAccess(Path from, Path to) throws IOException {
    var source = Files.getFileAttributeView(from, PosixFileAttributeView.class);
    var target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (source == null || target == null) {
      return;
    }
    PosixFileAttributes old = source.readAttributes();
    PosixFileAttributes made = target.readAttributes();
    // Only if they differ: without privileges, even setting the same owner can be refused.
    if (!old.group().equals(made.group())) {
      target.setGroup(old.group());
    }
    if (!old.owner().equals(made.owner())) {
      target.setOwner(old.owner());
    }
    target.setPermissions(old.permissions());
  }

  private static void forceDirectory(Path file) throws IOException {
    if (!isPosix(file)) {
      return; // Windows opens no directory; there the file system sees to it.
    }
    Path directory = file.toAbsolutePath().getParent();
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static boolean isPosix(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
