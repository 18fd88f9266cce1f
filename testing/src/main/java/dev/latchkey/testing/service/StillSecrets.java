package dev.latchkey.testing.service;

import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.spi.SealedSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a store, and keeps the ciphertexts of secrets that have lain still for a while. Whether one
 * still does is told by the times of its directory and its file, which is a small part of the work
 * of reading it; what another tool writes is found all the same. Thread-safe.
 */
final class StillSecrets {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  // At most 16 MiB: what is larger, or more, is read each time.
  private static final int MAX_KEPT = 2_048;
  private static final int MAX_BYTES = 8 << 10;

  /** Times of files are coarse: of what was changed just now the next change may not be seen. */
  private static final long STILL_MILLIS = 2_000;

  private final DirectoryStore store;
  private final Map<SecretName, Kept> kept = new ConcurrentHashMap<>();

  StillSecrets(DirectoryStore store) {
    this.store = store;
  }

  /** What a directory or a file looks like from outside. */
  private record Stamp(FileTime time, long size, @Nullable Object key) {
    static @Nullable Stamp of(Path path) {
      try {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      } catch (IOException e) {
        return null; // The store says what is wrong.
      }
    }

    boolean isStill() {
      return time.toMillis() < System.currentTimeMillis() - STILL_MILLIS;
    }
  }

  /** Something at a place, and what it looked like. */
  private record Seen(Path path, Stamp stamp) {
    boolean isSame() {
      return stamp.equals(Stamp.of(path));
    }
  }

  private record Kept(Seen directory, Seen file, SealedSecret secret) {
    boolean isSame() {
      return directory.isSame() && file.isSame();
    }

    CiphertextAnswer answer(CiphertextQuery query) {
      long version = secret.identity().version();
      OptionalLong known = query.knownVersion();
      return known.isPresent() && known.getAsLong() == version
          ? new CiphertextAnswer.Unchanged(version)
          : new CiphertextAnswer.Sealed(secret);
    }
  }

  /** Answers queries in their order, as the store does. */
  List<CiphertextAnswer> fetch(List<CiphertextQuery> queries) {
    var answers = new CiphertextAnswer[queries.size()];
    List<CiphertextQuery> unknown = new ArrayList<>();
    for (int i = 0; i < answers.length; i++) {
      Kept found = kept.get(queries.get(i).name());
      if (found != null && queries.get(i).version().isEmpty() && found.isSame()) {
        answers[i] = found.answer(queries.get(i));
      } else {
        unknown.add(queries.get(i));
      }
    }
    if (!unknown.isEmpty()) {
      Iterator<CiphertextAnswer> read = read(unknown).iterator();
      for (int i = 0; i < answers.length; i++) {
        if (answers[i] == null) {
          answers[i] = read.next();
        }
      }
    }
    return Arrays.asList(answers);
  }

  private List<CiphertextAnswer> read(List<CiphertextQuery> queries) {
    // Before they are read: a change in between is seen the next time.
    List<Optional<Seen>> directories =
        queries.stream().map(query -> seenStill(directory(query.name()))).toList();
    List<CiphertextAnswer> answers = store.fetch(FetchRequest.of(queries, TIMEOUT));
    for (int i = 0; i < answers.size(); i++) {
      if (directories.get(i).isPresent()
          && queries.get(i).version().isEmpty()
          && answers.get(i) instanceof CiphertextAnswer.Sealed sealed) {
        keep(directories.get(i).get(), sealed.secret());
      }
    }
    return answers;
  }

  private void keep(Seen directory, SealedSecret secret) {
    if (secret.ciphertext().length > MAX_BYTES) {
      return;
    }
    // What was changed while it was read does not lie still.
    Optional<Seen> file = seenStill(directory.path.resolve(secret.identity().version() + ".json"));
    if (file.isPresent()) {
      if (kept.size() >= MAX_KEPT) {
        kept.clear();
      }
      kept.put(secret.identity().name(), new Kept(directory, file.get(), secret));
    }
  }

  private static Optional<Seen> seenStill(Path path) {
    Stamp stamp = Stamp.of(path);
    return stamp != null && stamp.isStill() ? Optional.of(new Seen(path, stamp)) : Optional.empty();
  }

  private Path directory(SecretName name) {
    return store.root().resolve(store.project()).resolve(name.canonical());
  }
}
