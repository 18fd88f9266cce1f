package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.store.SecretStore;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a service keeps everything, for its owner alone and for one service at a time. Files are
 * replaced whole, and are on disk when a write returns. Thread-safe.
 */
final class DataDirectory implements AutoCloseable {
  private static final String TEMPORARY = ".tmp-";
  static final String ADMIN_KEY = "admin-key";
  private static final String KEYSET = "keyset.json";
  private static final String SECRETS = "secrets";

  /** What others could plant something in, beside the root. */
  private static final List<String> DIRECTORIES = List.of(SECRETS, "details", "tokens");

  /** What others could use. */
  private static final List<String> KEYS = List.of(ADMIN_KEY, KEYSET, SelfSigned.CERTIFICATE_KEY);

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
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new SecretConfigurationException(
          root + " is a file.", "Give a directory, which is made if it is not there.");
    }
    FileChannel lock = null;
    try {
      makeDirectories(root);
      requireOwn(root);
      for (String name : DIRECTORIES) {
        if (Files.exists(root.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
          requireOwn(root.resolve(name));
        }
      }
      requireSecret(root);
      lock = open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock.tryLock() != null) {
        removeLeftovers(root);
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

  /** Files that were being written when a process was killed; those of secrets are the store's. */
  private static void removeLeftovers(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root, 3)) {
      for (Path file : files.filter(path -> !path.startsWith(root.resolve(SECRETS))).toList()) {
        if (String.valueOf(file.getFileName()).startsWith(TEMPORARY)) {
          Files.delete(file);
        }
      }
    }
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

  private static void requireSecret(Path root) throws IOException {
    for (String name : KEYS) {
      Path file = root.resolve(name);
      if (isPosix(root) && Files.exists(file)) {
        Set<PosixFilePermission> others = new HashSet<>(Files.getPosixFilePermissions(file));
        others.removeAll(PosixFilePermissions.fromString("rwx------"));
        if (!others.isEmpty()) {
          throw new SecretConfigurationException(
              "Others can use " + file + ".", "Make it yours alone (chmod 600).");
        }
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
    Path secrets = root.resolve(SECRETS);
    try {
      makeDirectories(secrets);
    } catch (IOException e) {
      throw unusable("written", secrets);
    }
    return secrets;
  }

  Path keysetFile() {
    return root.resolve(KEYSET);
  }

  /**
   * Returns the keyset that is kept here; the first time it is made.
   *
   * @param stores in which there must be nothing then
   */
  Keyset keyset(List<SecretStore> stores) {
    Path file = keysetFile();
    if (Files.notExists(file)) {
      if (hasSecrets() || stores.stream().anyMatch(store -> !store.list().isEmpty())) {
        // A new one would open nothing of what is there, and seal what the old one does not open.
        throw new SecretConfigurationException(
            file + " is missing, and there are secrets that were sealed with it.",
            "Put it back from a copy; to start anew, use an empty directory.");
      }
      Keysets.create(file, Keysets.generate().toCleartextJson());
    }
    return Keysets.read(file);
  }

  private boolean hasSecrets() {
    for (String project : projects()) {
      Path secrets = root.resolve(SECRETS).resolve(project);
      try (DirectoryStream<Path> found = Files.newDirectoryStream(secrets)) {
        if (found.iterator().hasNext()) {
          return true;
        }
      } catch (IOException e) {
        throw unusable("read", secrets);
      }
    }
    return false;
  }

  /** Returns the projects that there are secrets of, or were. */
  List<String> projects() {
    List<String> projects = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(root.resolve(SECRETS), "[!.]*")) {
      found.forEach(project -> projects.add(String.valueOf(project.getFileName())));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw unusable("read", root.resolve(SECRETS));
    }
    return projects;
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
