package dev.latchkey.testing.service;

import static dev.latchkey.testing.wire.WireJson.bad;

import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretValue;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.store.StoredSecret;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.Sealer;
import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireJson;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a project: what the store keeps, and beside it the types and users that Lightning
 * has and the store has not. Those of secrets that were made with another tool are the defaults.
 * Thread-safe.
 *
 * <p>An id is a digest of what a secret keeps from its creation to its deletion, so that it needs
 * not be stored. It comes again only if the clock says the same at another creation.
 */
final class ProjectSecrets {
  private static final int ID_BYTES = 16;
  private static final int LOCKS = 64;
  private static final int MAX_VERSIONS = 100;

  /** How many ciphertexts are in memory at a time that nobody keeps: each may be of a megabyte. */
  private static final int AT_ONCE = 10;

  /** What a client reads of an answer, and what a ciphertext takes of it beside itself. */
  private static final int MAX_ANSWER_BYTES = 2 << 20;

  private static final int MAX_FRAME_BYTES = 600;
  private static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);

  private final DataDirectory data;
  private final SecretStore store;
  private final SecretsAdmin admin;
  private final String defaultUser;

  /** One of them is held by who writes a secret, so that secrets wait for no other's disk. */
  private final Object[] writing = new Object[LOCKS];

  ProjectSecrets(
      DataDirectory data, SecretStore store, Sealer sealer, Clock clock, String defaultUser) {
    this.data = data;
    this.store = store;
    this.admin = new SecretsAdmin(store, sealer, clock);
    this.defaultUser = defaultUser;
    Arrays.setAll(writing, i -> new Object());
  }

  private Object lock(SecretName name) {
    return writing[Math.floorMod(name.hashCode(), LOCKS)];
  }

  String project() {
    return store.project();
  }

  /**
   * Answers queries in their order, as a store does.
   *
   * @throws RefusedException if it is more than a client reads
   */
  List<CiphertextAnswer> fetch(List<CiphertextQuery> queries) throws RefusedException {
    List<CiphertextAnswer> answers = new ArrayList<>();
    long bytes = 0;
    while (answers.size() < queries.size()) {
      for (CiphertextAnswer answer : some(queries, answers.size())) {
        answers.add(answer);
        if (answer instanceof CiphertextAnswer.Sealed sealed) {
          bytes += sealed.secret().ciphertext().length * 4L / 3 + MAX_FRAME_BYTES; // In base64.
        }
      }
      if (bytes > MAX_ANSWER_BYTES) {
        throw new RefusedException(
            413, "The answer is over 2 MiB. Ask for fewer secrets at a time, or for one.");
      }
    }
    return answers;
  }

  private List<CiphertextAnswer> some(List<CiphertextQuery> queries, int from) {
    List<CiphertextQuery> few = queries.subList(from, Math.min(queries.size(), from + AT_ONCE));
    List<CiphertextAnswer> answers = store.fetch(FetchRequest.of(few, STORE_TIMEOUT));
    if (answers.size() != few.size()) {
      throw new IllegalStateException(
          "The store gave " + answers.size() + " answers to " + few.size() + " questions.");
    }
    return answers;
  }

  /** Returns the secrets of a type, or all. */
  List<ServedSecret> list(Optional<String> type) {
    List<ServedSecret> secrets = new ArrayList<>();
    for (StoredSecret stored : admin.list()) {
      ServedSecret secret = served(stored);
      if (type.isEmpty() || type.get().equals(secret.type())) {
        secrets.add(secret);
      }
    }
    return secrets;
  }

  ServedSecret get(String id) throws RefusedException {
    Details details = details(id);
    Optional<StoredSecret> found =
        details == null
            ? admin.list().stream().filter(stored -> id(stored).equals(id)).findFirst()
            : store.find(details.name).filter(stored -> isLive(stored, id));
    return served(
        found.orElseThrow(
            () ->
                new RefusedException(
                    404, "There is no secret of this id. Look at the list of secrets.")));
  }

  boolean exists(SecretName name) {
    return live(name).isPresent();
  }

  private Optional<StoredSecret> live(SecretName name) {
    return store.find(name).filter(stored -> !stored.deleted());
  }

  /** When a version was made. */
  record Version(long number, Instant createdAt) {}

  /** Returns the versions of a secret since its creation, the newest first, 100 at most. */
  List<Version> versions(ServedSecret secret) {
    SecretName name = secret.stored().name();
    long newest = secret.stored().version();
    List<CiphertextQuery> queries =
        LongStream.iterate(newest, version -> version > 0, version -> version - 1)
            .limit(MAX_VERSIONS)
            .mapToObj(version -> CiphertextQuery.pinned(name, version))
            .toList();
    List<Version> versions = new ArrayList<>();
    while (versions.size() < queries.size()) {
      for (CiphertextAnswer answer : some(queries, versions.size())) {
        if (answer instanceof CiphertextAnswer.Damaged damaged) {
          throw damaged.failure();
        }
        if (!(answer instanceof CiphertextAnswer.Sealed sealed)) {
          return versions; // A deletion; what was before it was another secret.
        }
        SealedSecret version = sealed.secret();
        versions.add(new Version(version.identity().version(), version.createdAt()));
      }
    }
    return versions;
  }

  private boolean isLive(StoredSecret stored, String id) {
    return !stored.deleted() && id(stored).equals(id);
  }

  /**
   * Creates a secret.
   *
   * @throws dev.latchkey.SecretConflictException if there is one of the name
   */
  ServedSecret create(SecretName name, String type, SecretValue value, String userId) {
    synchronized (lock(name)) {
      return created(admin.create(name, value), type, userId);
    }
  }

  private ServedSecret created(StoredSecret stored, String type, String userId) {
    var secret = new ServedSecret(id(stored), project(), stored, type, userId);
    data.write(directory(), secret.id() + ".json", Details.of(secret).toJson());
    return secret;
  }

  ServedSecret replace(String id, SecretValue value) throws RefusedException {
    synchronized (lock(get(id).stored().name())) {
      ServedSecret old = get(id); // As it is, now that nobody else writes it.
      // A replacement keeps the written form of the name.
      return served(admin.replace(old.stored().name(), value));
    }
  }

  /** Creates a secret, or replaces it, and returns its version. */
  long put(SecretName name, SecretValue value, String userId) {
    synchronized (lock(name)) {
      Optional<StoredSecret> old = live(name);
      // A replacement keeps the written form of the name.
      StoredSecret stored = admin.put(old.map(StoredSecret::name).orElse(name), value);
      if (old.isEmpty()) {
        created(stored, ManagementWire.NO_TYPE, userId);
      }
      return stored.version();
    }
  }

  void delete(String id) throws RefusedException {
    synchronized (lock(get(id).stored().name())) {
      delete(get(id).stored().name()); // As it is, now that nobody else writes it.
    }
  }

  /**
   * Deletes a secret.
   *
   * @throws dev.latchkey.SecretNotFoundException if there is none of the name
   */
  void delete(SecretName name) {
    synchronized (lock(name)) {
      Optional<StoredSecret> old = live(name);
      admin.delete(name);
      old.ifPresent(stored -> data.delete(directory(), id(stored) + ".json"));
    }
  }

  private ServedSecret served(StoredSecret stored) {
    String id = id(stored);
    Details details = details(id);
    return details == null
        ? new ServedSecret(id, project(), stored, ManagementWire.NO_TYPE, defaultUser)
        : new ServedSecret(id, project(), stored, details.type, details.userId);
  }

  private String id(StoredSecret stored) {
    byte[] digest =
        RandomToken.digest(
            String.join("\n", project(), stored.name().canonical(), stored.createdAt().toString()));
    return HexFormat.of().formatHex(digest, 0, ID_BYTES);
  }

  private String directory() {
    return DataDirectory.DETAILS + "/" + project();
  }

  private @Nullable Details details(String id) {
    byte[] file = data.read(directory(), id + ".json");
    try {
      return file == null ? null : Details.parse(file);
    } catch (RefusedException e) {
      throw new SecretProtocolException(
          "What is kept of the secret with id " + id + " is damaged.",
          "Delete its file in " + data.root().resolve(directory()) + ": the value is elsewhere.");
    }
  }

  /** What the store does not keep. */
  private record Details(SecretName name, String type, String userId) {
    static Details of(ServedSecret secret) {
      return new Details(secret.stored().name(), secret.type(), secret.userId());
    }

    static Details parse(byte[] file) throws RefusedException {
      SecretName[] name = {null};
      String[] texts = {null, null};
      WireJson.read(
          file,
          (field, parser) -> {
            switch (field) {
              case "name" -> name[0] = WireJson.name(parser);
              case "type" -> texts[0] = WireJson.text(parser, "A part");
              case "userId" -> texts[1] = WireJson.text(parser, "A part");
              default -> throw bad("There is an unknown part.");
            }
          });
      if (name[0] == null || texts[0] == null || texts[1] == null) {
        throw bad("A part is missing.");
      }
      return new Details(name[0], texts[0], texts[1]);
    }

    String toJson() {
      return WireJson.object(
          json -> {
            json.writeStringField("name", name.toString());
            json.writeStringField("type", type);
            json.writeStringField("userId", userId);
          });
    }
  }
}
