package dev.latchkey.testing.service;

import dev.latchkey.SecretConfigurationException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who may use files, where the file system has POSIX permissions; elsewhere nothing is looked at.
 */
final class FileRights {
  private FileRights() {}

  static boolean arePosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Returns what a new file is made with. */
  static FileAttribute<?>[] of(Path path, String permissions) {
    return arePosix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** Opens a file, which is made for this user alone if it is made. No link is followed. */
  static FileChannel open(Path file, StandardOpenOption... options) throws IOException {
    Set<OpenOption> own = new HashSet<>(Set.of(options));
    own.add(LinkOption.NOFOLLOW_LINKS);
    return FileChannel.open(file, own, of(file, "rw-------"));
  }

  /**
   * Whoever else writes in a directory, or owns it, could have values sealed with a key of theirs.
   *
   * @param root where a file can be made, to see whose it is
   */
  static void requireOwn(Path root, List<Path> directories) throws IOException {
    if (arePosix(root)) {
      UserPrincipal self = self(root);
      for (Path directory : directories) {
        requireUnshared(directory);
        if (!Files.getOwner(directory).equals(self)) {
          throw shared(directory);
        }
      }
    }
  }

  /** The permissions alone; whose the directory is cannot be told without making a file. */
  static void requireUnshared(Path directory) throws IOException {
    if (arePosix(directory)) {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
      if (permissions.contains(PosixFilePermission.GROUP_WRITE)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw shared(directory);
      }
    }
  }

  private static SecretConfigurationException shared(Path directory) {
    return new SecretConfigurationException(
        "Others can write in " + directory + ".",
        "Make it yours alone (chmod 700), or choose another directory.");
  }

  private static UserPrincipal self(Path directory) throws IOException {
    Path own =
        Files.createTempFile(directory, DataDirectory.TEMPORARY, "", of(directory, "rw-------"));
    try {
      return Files.getOwner(own);
    } finally {
      Files.delete(own);
    }
  }

  static void requireSecret(List<Path> files) throws IOException {
    for (Path file : files) {
      if (arePosix(file)) {
        Set<PosixFilePermission> others = new HashSet<>(Files.getPosixFilePermissions(file));
        others.removeAll(PosixFilePermissions.fromString("rwx------"));
        if (!others.isEmpty()) {
          throw new SecretConfigurationException(
              "Others can use " + file + ".", "Make it yours alone (chmod 600).");
        }
      }
    }
  }
}
