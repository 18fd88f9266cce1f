package dev.latchkey.testing.service;

import dev.latchkey.SecretConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
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

  /** Whoever else writes in a directory could have values sealed with a key of theirs. */
  static void requireOwn(Path directory) throws IOException {
    if (arePosix(directory)) {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
      if (permissions.contains(PosixFilePermission.GROUP_WRITE)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)
          || !isOfThisUser(directory)) {
        throw new SecretConfigurationException(
            "Others can write in " + directory + ".",
            "Make it yours alone (chmod 700), or choose another directory.");
      }
    }
  }

  /** Whoever owns a directory can let others write in it. What is made here is this user's. */
  private static boolean isOfThisUser(Path directory) throws IOException {
    Path own =
        Files.createTempFile(directory, DataDirectory.TEMPORARY, "", of(directory, "rw-------"));
    try {
      return Files.getOwner(own).equals(Files.getOwner(directory));
    } finally {
      Files.delete(own);
    }
  }

  static void requireSecret(Path file) throws IOException {
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
