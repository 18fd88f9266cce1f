package dev.latchkey.client;

import dev.latchkey.SecretName;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A source in memory that records what it is asked, and can be told to behave otherwise. */
final class FakeSource implements CiphertextSource {
  static final String PROJECT = "shop";

  final List<FetchRequest> requests = new CopyOnWriteArrayList<>();
  private final Map<SecretName, SealedSecret> newest = new ConcurrentHashMap<>();
  private volatile Function<FetchRequest, List<CiphertextAnswer>> behaviour = this::answer;
  volatile boolean closed;

  /** Whether the source holds its answers until there is news. */
  volatile boolean holds;

  volatile String identity = "fake";

  private int ended;

  /** Puts a version of a secret, whose ciphertext {@link FakeDecryptor} opens. */
  FakeSource put(String name, long version, String value) {
    return put(name, version, value.getBytes(StandardCharsets.UTF_8));
  }

  FakeSource put(String name, long version, byte[] value) {
    SecretName parsed = SecretName.parse(name);
    newest.put(parsed, sealed(name, version, value));
    tellHeld();
    return this;
  }

  private synchronized void tellHeld() {
    notifyAll();
  }

  /** Lets the held answers go, news or not. */
  synchronized void endHolds() {
    ended++;
    notifyAll();
  }

  /** Answers as soon as there is news, or holds have been ended more often than before. */
  private synchronized List<CiphertextAnswer> held(FetchRequest request, int before) {
    try {
      while (true) {
        List<CiphertextAnswer> answers = behaviour.apply(request);
        boolean news = answers.stream().anyMatch(a -> !(a instanceof CiphertextAnswer.Unchanged));
        if (news || ended != before) {
          return answers;
        }
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecretUnavailableException("The thread was interrupted.", "");
    }
  }

  /** Returns the requests that were to be held. */
  List<FetchRequest> watches() {
    return requests.stream().filter(request -> !request.hold().isZero()).toList();
  }

  @Override
  public Optional<String> identity() {
    return identity.isEmpty() ? Optional.empty() : Optional.of(identity);
  }

  @Override
  public boolean canHold() {
    return holds;
  }

  static SealedSecret sealed(String name, long version, byte[] value) {
    var identity = new SecretIdentity(PROJECT, SecretName.parse(name), version);
    return new SealedSecret(identity, value, Instant.EPOCH);
  }

  void remove(String name) {
    newest.remove(SecretName.parse(name));
    tellHeld();
  }

  /** Answers with a function from now on. */
  void behave(Function<FetchRequest, List<CiphertextAnswer>> behaviour) {
    this.behaviour = behaviour;
  }

  void fail(RuntimeException failure) {
    behave(
        request -> {
          throw failure;
        });
  }

  void goDown() {
    fail(new SecretUnavailableException("The source is down.", "Start it."));
  }

  void comeUp() {
    behave(this::answer);
  }

  List<CiphertextAnswer> answer(FetchRequest request) {
    List<CiphertextAnswer> answers = new ArrayList<>();
    for (CiphertextQuery query : request.queries()) {
      SealedSecret secret = newest.get(query.name());
      if (secret == null
          || query.version().orElse(secret.identity().version()) != secret.identity().version()) {
        answers.add(new CiphertextAnswer.NotFound(Optional.empty()));
      } else if (query.knownVersion().orElse(0) == secret.identity().version()) {
        answers.add(new CiphertextAnswer.Unchanged(secret.identity().version()));
      } else {
        answers.add(new CiphertextAnswer.Sealed(secret));
      }
    }
    return answers;
  }

  @Override
  public String project() {
    return PROJECT;
  }

  @Override
  public List<CiphertextAnswer> fetch(FetchRequest request) {
    int before;
    synchronized (this) { // Who sees the request can end its hold, which has not begun yet.
      before = ended;
      requests.add(request);
    }
    return holds && !request.hold().isZero() ? held(request, before) : behaviour.apply(request);
  }

  @Override
  public void close() {
    closed = true;
  }
}
