package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a service keeps everything, for its owner alone and for one service at a time. Files are
 * replaced whole, and are on disk when a write returns. Thread-safe.
 */
final class DataDirectory implements AutoCloseable {
  private static final String TEMPORARY = ".tmp-";
  static final String ADMIN_KEY = "admin-key";

  private final Path root;
  private final FileChannel lock;

  private DataDirectory(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  /**
   * Opens a directory, which is made if it is not there.
   *
   * @throws IllegalStateException if another service has it open
   */
  static DataDirectory open(Path directory) {
    Path root = directory.toAbsolutePath().normalize();
    FileChannel lock = null;
    try {
      makeDirectories(root);
      requireOwn(root);
      lock = open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock.tryLock() != null) {
        return new DataDirectory(root, lock);
      }
      lock.close();
    } catch (OverlappingFileLockException e) {
      closeQuietly(lock);
    } catch (IOException e) {
      closeQuietly(lock);
      throw unusable("written", root);
    }
    throw new IllegalStateException(
        "Another service uses " + root + ". Stop it, or choose another directory.");
  }

  /** Whoever else writes here could have values sealed with a key of theirs. */
  private static void requireOwn(Path root) throws IOException {
    if (isPosix(root)) {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(root);
      if (permissions.contains(PosixFilePermission.GROUP_WRITE)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)
          || !isOfThisUser(root)) {
        throw new SecretConfigurationException(
            "Others can write in " + root + ".",
            "Make it yours alone (chmod 700), or choose another directory.");
      }
    }
  }

  /** Whoever owns a directory can let others write in it. What is made here is this user's. */
  private static boolean isOfThisUser(Path root) throws IOException {
    Path own = Files.createTempFile(root, TEMPORARY, "", permissions(root, "rw-------"));
    try {
      return Files.getOwner(own).equals(Files.getOwner(root));
    } finally {
      Files.delete(own);
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // It holds no lock, and there is something else to say.
    }
  }

  /** Returns the directory of the stores, which is there. */
  Path secrets() {
    Path secrets = root.resolve("secrets");
    try {
      makeDirectories(secrets);
    } catch (IOException e) {
      throw unusable("written", secrets);
    }
    return secrets;
  }

  /** Returns the keyset that is kept here; the first time it is made. */
  Keyset keyset() {
    Path file = root.resolve("keyset.json");
    if (Files.notExists(file)) {
      Keysets.create(file, Keysets.generate().toCleartextJson());
    }
    return Keysets.read(file);
  }

  /** Returns the admin's credential that is kept here; the first time it is made. */
  AdminKey adminKey() {
    byte[] file = read("", ADMIN_KEY);
    if (file == null) {
      AdminKey made = AdminKey.random();
      write("", ADMIN_KEY, made.userId() + ":" + made.apiKey() + "\n");
      return made;
    }
    String line = new String(file, UTF_8).strip();
    int colon = line.indexOf(':');
    try {
      if (colon > 0) {
        return AdminKey.of(line.substring(0, colon), line.substring(colon + 1));
      }
    } catch (IllegalArgumentException e) {
      // Told below: its message is about code.
    }
    throw new SecretConfigurationException(
        root.resolve(ADMIN_KEY) + " is not a line with a user, a colon and an API key.",
        "Delete it, and a new one is made.");
  }

  /** Opens a file to add to, and to look at. */
  FileChannel openLog(String name) {
    Path file = root.resolve(name);
    try {
      // A channel that appends cannot read, so that the caller sees to the position.
      return open(
          file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw unusable("written", file);
    }
  }

  /** Puts a file in place of the one of that name, if there is one. */
  void write(String directory, String name, String content) {
    Path target = root.resolve(directory).resolve(name);
    Path temporary = target.resolveSibling(TEMPORARY + UUID.randomUUID());
    try {
      makeDirectories(root.resolve(directory));
      try {
        try (FileChannel channel =
            open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          ByteBuffer rest = UTF_8.encode(content);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
          channel.force(true);
        }
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
      force(root.resolve(directory));
    } catch (IOException e) {
      throw unusable("written", target);
    }
  }

  /** Returns the content of a file, null if it is not there. */
  byte @Nullable [] read(String directory, String name) {
    Path file = root.resolve(directory).resolve(name);
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw unusable("read", file);
    }
  }

  /** Returns the names of the files in a directory that are whole. */
  List<String> names(String directory) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(root.resolve(directory), "[!.]*.json")) {
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw unusable("read", root.resolve(directory));
    }
    return names;
  }

  /** Deletes a file, if it is there. */
  void delete(String directory, String name) {
    Path file = root.resolve(directory).resolve(name);
    try {
      if (Files.deleteIfExists(file)) {
        force(root.resolve(directory));
      }
    } catch (IOException e) {
      throw unusable("deleted", file);
    }
  }

  private static FileChannel open(Path file, StandardOpenOption... options) throws IOException {
    Set<OpenOption> own = new HashSet<>(Set.of(options));
    own.add(LinkOption.NOFOLLOW_LINKS);
    return FileChannel.open(file, own, permissions(file, "rw-------"));
  }

  private static void makeDirectories(Path directory) throws IOException {
    Files.createDirectories(directory, permissions(directory, "rwx------"));
  }

  private static void force(Path directory) throws IOException {
    if (isPosix(directory)) { // Windows opens no directory as a file.
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static FileAttribute<?>[] permissions(Path path, String permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static SecretUnavailableException unusable(String what, Path path) {
    return new SecretUnavailableException(
        path + " cannot be " + what + ".",
        "Check that it is this user's, and that the disk is not full.");
  }

  Path root() {
    return root;
  }

  /** Lets another service have the directory. */
  @Override
  public void close() {
    closeQuietly(lock);
  }
}
