package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a service keeps everything, for its owner alone and for one service at a time. Files are
 * replaced whole, and are on disk when a write returns. Thread-safe.
 */
final class DataDirectory implements AutoCloseable {
  static final String TEMPORARY = ".tmp-";
  static final String ADMIN_KEY = "admin-key";
  private static final String KEYSET = "keyset.json";
  private static final String SECRETS = "secrets";
  static final String DETAILS = "details";
  static final String TOKENS = "tokens";

  /** What others could plant something in, beside the root. */
  private static final List<String> DIRECTORIES = List.of(SECRETS, DETAILS, TOKENS);

  /** What others could use, beside the tokens, where they could put one of their own. */
  private static final List<String> KEYS = List.of(ADMIN_KEY, KEYSET, SelfSigned.CERTIFICATE_KEY);

  private final Path root;
  private final DirectoryLock lock;

  private DataDirectory(Path root, DirectoryLock lock) {
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
    try {
      makeDirectories(root);
      FileRights.requireUnshared(root); // Others could have put something there to wait for.
      return openAlone(root);
    } catch (IOException e) {
      throw unusable("written", root);
    }
  }

  private static DataDirectory openAlone(Path root) throws IOException {
    DirectoryLock lock = DirectoryLock.take(root);
    try {
      checkRights(root);
      removeLeftovers(root);
      return new DataDirectory(root, lock);
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  private static void checkRights(Path root) throws IOException {
    List<Path> directories = new ArrayList<>(List.of(root));
    for (String name : DIRECTORIES) {
      directories.add(root.resolve(name));
      directories.addAll(entries(root.resolve(name), "*"));
    }
    directories.removeIf(path -> !Files.isDirectory(path));
    FileRights.requireOwn(root, directories);
    List<Path> keys = new ArrayList<>(entries(root.resolve(TOKENS), "*"));
    for (String name : KEYS) {
      keys.add(root.resolve(name));
    }
    keys.removeIf(path -> !Files.exists(path));
    FileRights.requireSecret(keys);
  }

  /** Files that were being written when a process was killed; those of secrets are the store's. */
  private static void removeLeftovers(Path root) throws IOException {
    List<Path> directories = new ArrayList<>(List.of(root, root.resolve(TOKENS)));
    directories.addAll(entries(root.resolve(DETAILS), "*"));
    for (Path directory : directories) {
      for (Path leftover : entries(directory, TEMPORARY + "*")) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  /** Returns what is in a directory; nothing if it is not there. */
  private static List<Path> entries(Path directory, String glob) throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, glob)) {
      List<Path> entries = new ArrayList<>();
      found.forEach(entries::add);
      return entries;
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
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
      // A new one would open nothing of what is there, and seal what the old one does not open.
      if (hasSecrets()) {
        throw new SecretConfigurationException(
            file + " is missing, and there are secrets that were sealed with it.",
            "Put it back from a copy; to start anew, use an empty directory.");
      }
      if (stores.stream().anyMatch(store -> !store.list().isEmpty())) {
        throw new SecretConfigurationException(
            "The stores have secrets, and the keyset that they were sealed with is not in "
                + file
                + ".",
            "Put it there, or give the builder a sealer of it.");
      }
      Keysets.create(file, Keysets.generate().toCleartextJson());
    }
    return Keysets.read(file);
  }

  private boolean hasSecrets() {
    Path secrets = root.resolve(SECRETS);
    return projects().stream().anyMatch(project -> !list(secrets.resolve(project), "*").isEmpty());
  }

  /** Returns the projects that there are secrets of, or were. */
  List<String> projects() {
    return list(root.resolve(SECRETS), "[!.]*");
  }

  private static List<String> list(Path directory, String glob) {
    try {
      return entries(directory, glob).stream()
          .map(entry -> String.valueOf(entry.getFileName()))
          .toList();
    } catch (IOException e) {
      throw unusable("read", directory);
    }
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

  /** Opens a file to read and write, which is made if it is not there. */
  RandomAccessFile openLog(String name) {
    Path file = root.resolve(name);
    try {
      FileRights.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
          .close(); // With its rights.
      return new RandomAccessFile(file.toFile(), "rw");
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
            FileRights.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
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
    return list(root.resolve(directory), "[!.]*.json");
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

  private static void makeDirectories(Path directory) throws IOException {
    Files.createDirectories(directory, FileRights.of(directory, "rwx------"));
  }

  private static void force(Path directory) throws IOException {
    if (FileRights.arePosix(directory)) { // Windows opens no directory as a file.
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static SecretUnavailableException unusable(String what, Path path) {
    if (Thread.currentThread().isInterrupted()) {
      return new SecretUnavailableException(
          "The thread was interrupted while it used " + path + ".",
          "Try again, unless the program is ending.");
    }
    return new SecretUnavailableException(
        path + " cannot be " + what + ".",
        "Check that it is this user's, and that the disk is not full.");
  }

  Path root() {
    return root;
  }

  /** Lets another service have the directory. Closing twice does nothing. */
  @Override
  public void close() {
    lock.close();
  }
}
