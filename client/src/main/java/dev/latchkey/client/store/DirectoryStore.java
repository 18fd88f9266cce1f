package dev.latchkey.client.store;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A store in a directory, for one machine or one mounted volume. Each version of a secret is a file
 * {@code <root>/<project>/<name>/<version>.json}, the name in lower case, which is written once and
 * never changed: people can read it, and version control can keep it.
 *
 * <p>Any number of threads and processes read and write at once. Files are made for their owner
 * alone. A root that does not exist is not an empty store: a mistyped path is told from a secret
 * that was never created. A project that does not exist in a root that does is empty. Other files
 * in the directories are passed over. A {@linkplain FetchRequest#hold hold} is answered at once.
 * Thread-safe.
 */
public final class DirectoryStore implements SecretStore {
  private final Path root;
  private final String project;
  private volatile boolean closed;

  private DirectoryStore(Path root, String project) {
    this.root = root;
    this.project = project;
  }

  /**
   * Returns the store of a project, without looking at the directory: it, and those above it, are
   * made with the first secret.
   *
   * @param root the directory of all the projects, on a file system with hard links where it is
   *     written
   * @throws SecretConfigurationException if the project is not well-formed
   */
  public static DirectoryStore open(Path root, String project) {
    return new DirectoryStore(root.toAbsolutePath(), SecretIdentity.checkProject(project));
  }

  @Override
  public String project() {
    return project;
  }

  /** Returns the directory of all the projects, as an absolute path. */
  public Path root() {
    return root;
  }

  @Override
  public void prepare() {
    VersionFile.load();
  }

  @Override
  public List<CiphertextAnswer> fetch(FetchRequest request) {
    long start = System.nanoTime();
    List<CiphertextAnswer> answers = new ArrayList<>(request.queries().size());
    ProjectListing listing = null;
    for (CiphertextQuery query : request.queries()) {
      checkUsable();
      if (Duration.ofNanos(System.nanoTime() - start).compareTo(request.timeout()) > 0) {
        throw StoreFailures.late();
      }
      CiphertextAnswer answer;
      try {
        answer = answer(query);
      } catch (SecretProtocolException e) {
        answer = new CiphertextAnswer.Damaged(e);
      }
      if (answer == null) {
        listing = listing == null ? ProjectListing.of(root, project) : listing;
        answer = new CiphertextAnswer.NotFound(nearest(query.name(), listing));
      }
      answers.add(answer);
    }
    return answers;
  }

  /** Returns the answer to a query, null if the secret or the version is not there. */
  private @Nullable CiphertextAnswer answer(CiphertextQuery query) {
    SecretDirectory directory = directory(query.name());
    long newest = directory.newest();
    if (newest == 0) {
      return null;
    }
    VersionFile file = directory.read(newest);
    long wanted = query.version().orElse(newest);
    if (file.deleted() || wanted > newest || wanted < file.since()) {
      return null;
    }
    OptionalLong known = query.knownVersion();
    if (known.isPresent() && known.getAsLong() == wanted) {
      return new CiphertextAnswer.Unchanged(wanted);
    }
    if (wanted != newest) {
      file = directory.read(wanted);
    }
    byte[] ciphertext = file.ciphertext();
    if (ciphertext == null) {
      throw StoreFailures.misplaced(directory.identity(wanted));
    }
    return new CiphertextAnswer.Sealed(
        new SealedSecret(file.identity(), ciphertext, file.createdAt()));
  }

  private Optional<SecretName> nearest(SecretName wanted, ProjectListing listing) {
    return listing.nearest(wanted, this::isLive);
  }

  /** Tells whether a name would be a good hint. */
  private boolean isLive(SecretName name) {
    SecretDirectory directory = directory(name);
    try {
      long newest = directory.newest();
      return newest > 0 && !directory.read(newest).deleted();
    } catch (SecretUnavailableException e) {
      // That another secret is damaged is no answer to the question about this one.
      return false;
    }
  }

  @Override
  public Optional<StoredSecret> find(SecretName name) {
    checkUsable();
    SecretDirectory directory = directory(name);
    long newest = directory.newest();
    if (newest == 0) {
      return Optional.empty();
    }
    VersionFile file = directory.read(newest);
    Instant createdAt =
        file.since() == newest ? file.createdAt() : directory.read(file.since()).createdAt();
    return Optional.of(
        new StoredSecret(
            file.identity().name(), newest, file.deleted(), createdAt, file.createdAt()));
  }

  @Override
  public List<StoredSecret> list() {
    checkUsable();
    List<StoredSecret> secrets = new ArrayList<>();
    for (SecretName name : ProjectListing.of(root, project).names()) {
      find(name).filter(secret -> !secret.deleted()).ifPresent(secrets::add);
    }
    return secrets;
  }

  @Override
  public void append(SealedSecret secret) {
    SecretIdentity identity = secret.identity();
    if (!identity.project().equals(project)) {
      throw new IllegalArgumentException(
          "This store is of project '" + project + "', not '" + identity.project() + "'.");
    }
    if (secret.ciphertext().length > SealedSecret.MAX_CIPHERTEXT_BYTES) {
      throw new SecretValueException(
          "A ciphertext of "
              + secret.ciphertext().length
              + " bytes is over the limit of "
              + SealedSecret.MAX_CIPHERTEXT_BYTES
              + ".",
          "Store a smaller value, or the key of a file that is encrypted with it.");
    }
    write(identity, secret.createdAt(), secret.ciphertext());
  }

  @Override
  public void delete(SecretName name, long version, Instant deletedAt) {
    write(new SecretIdentity(project, name, version), deletedAt, null);
  }

  private void write(SecretIdentity identity, Instant createdAt, byte @Nullable [] ciphertext) {
    checkUsable();
    SecretDirectory directory = directory(identity.name());
    long newest = directory.newest();
    VersionFile last = newest == 0 ? null : directory.read(newest);
    boolean live = last != null && !last.deleted();
    if (ciphertext == null && !live) {
      throw StoreFailures.nothingToDelete(identity);
    }
    if (identity.version() != newest + 1) {
      throw StoreFailures.notNext(identity, newest);
    }
    long since = last != null && live ? last.since() : identity.version();
    if (!directory.add(new VersionFile(identity, since, createdAt, ciphertext))) {
      throw StoreFailures.notNext(identity, directory.newest());
    }
  }

  private SecretDirectory directory(SecretName name) {
    return new SecretDirectory(root, project, name);
  }

  private void checkUsable() {
    if (closed) {
      throw StoreFailures.closed();
    }
    if (Thread.currentThread().isInterrupted()) {
      throw StoreFailures.interrupted();
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
