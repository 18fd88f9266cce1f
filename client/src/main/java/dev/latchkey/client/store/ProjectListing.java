package dev.latchkey.client.store;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.spi.Suggestions;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The names that a project of a {@link DirectoryStore} has directories of, sorted.
 *
 * @param names in lower case
 */
record ProjectListing(List<SecretName> names) {
  /**
   * Lists a project.
   *
   * @throws SecretUnavailableException if the root does not exist or cannot be read
   */
  static ProjectListing of(Path root, String project) {
    Path directory = root.resolve(project);
    List<SecretName> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        name(entry).ifPresent(names::add);
      }
    } catch (NoSuchFileException e) {
      if (!Files.exists(root)) {
        throw StoreFailures.noRoot(root);
      }
    } catch (DirectoryIteratorException | IOException e) {
      throw StoreFailures.reading(root, directory, e);
    }
    Collections.sort(names);
    return new ProjectListing(names);
  }

  private static Optional<SecretName> name(Path entry) {
    String text = entry.getFileName().toString();
    try {
      SecretName name = SecretName.parse(text);
      return name.canonical().equals(text) && Files.isDirectory(entry)
          ? Optional.of(name)
          : Optional.empty();
    } catch (MalformedSecretException e) {
      return Optional.empty();
    }
  }

  /** Returns the name nearest to a wanted one of those that pass a check. */
  Optional<SecretName> nearest(SecretName wanted, Predicate<SecretName> check) {
    List<String> candidates = new ArrayList<>();
    for (SecretName name : names) {
      if (!name.equals(wanted)) {
        candidates.add(name.canonical());
      }
    }
    while (true) {
      Optional<String> nearest = Suggestions.nearest(wanted.canonical(), candidates);
      if (nearest.isEmpty()) {
        return Optional.empty();
      }
      SecretName name = SecretName.parse(nearest.get());
      if (check.test(name)) {
        return Optional.of(name);
      }
      candidates.remove(nearest.get());
    }
  }
}
