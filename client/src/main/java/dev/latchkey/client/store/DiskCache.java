package dev.latchkey.client.store;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ciphertexts on disk as they were fetched, so that a process can start while its source is down,
 * and so that a source which goes back to an older version is found out after a restart too.
 *
 * <p>Any number of threads and processes use one at once, and one that is killed in the middle of a
 * write leaves the old file or the new. Files and directories are made for their owner alone. They
 * are not forced to disk: what a power cut tears counts as absent. All of it may be deleted at any
 * time; with it goes the memory of the highest versions. Thread-safe.
 */
public final class DiskCache {
  private static final int SHELF_DIGITS = 32;

  private final Path directory;

  private DiskCache(Path directory) {
    this.directory = directory;
  }

  /**
   * Returns the cache in a directory, without looking at it: it, and those above it, are made when
   * the first ciphertext is kept.
   */
  public static DiskCache in(Path directory) {
    return new DiskCache(directory.toAbsolutePath());
  }

  /**
   * Returns the part of the cache that belongs to one source. What was fetched from one is never
   * found on the shelf of another.
   *
   * @param identity the {@linkplain CiphertextSource#identity identity} of the source; only its
   *     digest is written
   * @param project the project of the source
   * @throws SecretConfigurationException if the project is not well-formed, if a file is where the
   *     directory belongs, or if others than its owner may write to it, and this process cannot
   *     change that
   */
  public Shelf shelf(String identity, String project) {
    SecretIdentity.checkProject(project);
    Path shelf = directory.resolve(digest(identity, project));
    Path file = StoreFailures.fileAbove(shelf);
    if (file != null) {
      throw StoreFailures.cacheIsFile(directory, file);
    }
    closeToOthers(shelf);
    return new Shelf(shelf, project);
  }

  private static String digest(String identity, String project) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : new String[] {identity, project}) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, SHELF_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every JDK has SHA-256.", e);
    }
  }

  /** Some orchestrators open the directories of a volume to a group each time they mount it. */
  private static void closeToOthers(Path shelf) {
    if (Files.isSymbolicLink(shelf)) {
      throw StoreFailures.cacheIsOpen(shelf); // It is made by this class, and never as a link.
    }
    if (!DurableFile.isPosix(shelf) || !Files.isDirectory(shelf)) {
      return;
    }
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(shelf);
      if (permissions.contains(PosixFilePermission.GROUP_WRITE)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        Files.setPosixFilePermissions(shelf, PosixFilePermissions.fromString("rwx------"));
      }
    } catch (IOException e) {
      throw StoreFailures.cacheIsOpen(shelf);
    }
  }

  /**
   * A ciphertext that was kept.
   *
   * @param secret it; opening it proves that it is what it claims to be
   * @param confirmedAt when its source last gave it or said that it is unchanged, by the wall clock
   *     of that time, as exactly as the file system keeps it; may be in the future of a clock that
   *     was put back
   */
  public record Kept(SealedSecret secret, Instant confirmedAt) {
    /** Checks that nothing is null. */
    public Kept {
      Objects.requireNonNull(secret, "secret");
      Objects.requireNonNull(confirmedAt, "confirmedAt");
    }
  }

  /**
   * The part of a cache that belongs to one source. Its methods block for as long as the disk
   * takes. None throws because of the disk, since a secret is not to fail for its cache: what
   * cannot be read is absent, what cannot be written is not kept, and the first time is logged as a
   * warning. Thread-safe.
   */
  public static final class Shelf {
    private final Path directory;
    private final String project;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** The highest versions that this process kept, or would have. */
    private final Map<SecretName, Long> highest = new ConcurrentHashMap<>();

    private Shelf(Path directory, String project) {
      this.directory = directory;
      this.project = project;
    }

    /**
     * Returns the highest version of a secret that was kept as its newest, by this process or by
     * any that used the directory; 0 if there is none. It stays when the ciphertext is {@linkplain
     * #drop dropped} or damaged.
     */
    public long highest(SecretName name) {
      return highest(cached(name), name);
    }

    private long highest(CachedSecret cached, SecretName name) {
      long here = highest.getOrDefault(name, 0L);
      try {
        return Math.max(here, cached.highest());
      } catch (IOException | RuntimeException e) {
        warn(cached, 0, e);
        return here;
      }
    }

    /**
     * Returns what is kept as the answer to a query: the newest, which is of the {@linkplain
     * #highest highest} version, or the version that is asked for. Empty if that was not kept or
     * was dropped, or if the file is damaged or that of another secret. The query's known version
     * does not matter.
     */
    public Optional<Kept> find(CiphertextQuery query) {
      CachedSecret cached = cached(query.name());
      try {
        return Optional.ofNullable(
            query.version().isPresent()
                ? cached.read(query.version().getAsLong(), true)
                : newest(cached, query.name()));
      } catch (IOException | RuntimeException e) {
        warn(cached, 0, e);
        return Optional.empty();
      }
    }

    private @Nullable Kept newest(CachedSecret cached, SecretName name) throws IOException {
      long version = highest(cached, name);
      while (version > 0) {
        Kept kept = cached.read(version, false);
        if (kept != null) {
          return kept;
        }
        long newer = highest(cached, name);
        if (newer <= version) {
          return null;
        }
        // Another process has replaced it since the look at its version.
        version = newer;
      }
      return null;
    }

    /**
     * Keeps the answer to a query, which the caller has opened. As the newest, a version below the
     * {@linkplain #highest highest} is not kept.
     *
     * @param confirmedAt when the source was asked, by the wall clock
     * @throws IllegalArgumentException if the secret is of another project than the shelf
     */
    public void keep(CiphertextQuery query, SealedSecret secret, Instant confirmedAt) {
      SecretIdentity identity = secret.identity();
      if (!identity.project().equals(project)) {
        throw new IllegalArgumentException(
            "This shelf is of project '" + project + "', not '" + identity.project() + "'.");
      }
      boolean pinned = query.version().isPresent();
      long version = identity.version();
      if (!pinned && version < highest.getOrDefault(identity.name(), 0L)) {
        return;
      }
      CachedSecret cached = cached(identity.name());
      byte[] json =
          new VersionFile(identity, version, secret.createdAt(), secret.ciphertext()).json();
      try {
        cached.write(version, pinned, json, confirmedAt);
      } catch (IOException | RuntimeException e) {
        warn(cached, json.length, e);
      }
      if (!pinned) {
        // After the write: a reader meanwhile still finds the former one.
        highest.merge(identity.name(), version, Math::max);
      }
    }

    /**
     * Notes that the source said "unchanged" to a query. What is kept of other versions than the
     * query's known one stays as it is.
     *
     * @param confirmedAt when the source was asked, by the wall clock
     */
    public void confirm(CiphertextQuery query, Instant confirmedAt) {
      CachedSecret cached = cached(query.name());
      try {
        if (query.version().isPresent()) {
          cached.confirm(query.version().getAsLong(), true, confirmedAt);
        } else if (query.knownVersion().isPresent()) {
          cached.confirm(query.knownVersion().getAsLong(), false, confirmedAt);
        }
      } catch (IOException | RuntimeException e) {
        warn(cached, 0, e);
      }
    }

    /**
     * Removes the ciphertext that is kept for a query, since the source says that it is gone or
     * denied; for a query without a version, those of all versions of the secret. The {@linkplain
     * #highest highest} version stays known.
     */
    public void drop(CiphertextQuery query) {
      CachedSecret cached = cached(query.name());
      try {
        if (query.version().isPresent()) {
          cached.removePinned(query.version().getAsLong());
        } else {
          cached.removeAll();
        }
      } catch (IOException | RuntimeException e) {
        warn(cached, 0, e);
      }
    }

    private CachedSecret cached(SecretName name) {
      return new CachedSecret(directory, project, name);
    }

    private void warn(CachedSecret cached, int size, Exception e) {
      // An interrupt closes the file under way; it says nothing about the disk.
      if (!Thread.currentThread().isInterrupted() && warned.compareAndSet(false, true)) {
        System.getLogger(DiskCache.class.getName())
            .log(
                System.Logger.Level.WARNING,
                StoreFailures.caching(directory, cached.directory(), size, e));
      }
    }
  }
}
