package dev.latchkey.client;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.latchkey.Registration;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.client.Outcome.Value;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A thread reads a secret of a client while another version arrives, or the client is closed. */
public final class ReadersStress {
  private ReadersStress() {}

  /** Gives each secret its own name for a value. */
  private record NamesForValues() implements CiphertextSource {
    @Override
    public String project() {
      return "shop";
    }

    @Override
    public List<CiphertextAnswer> fetch(FetchRequest request) {
      return request.queries().stream().map(this::answer).toList();
    }

    private CiphertextAnswer answer(CiphertextQuery query) {
      var identity = new SecretIdentity(project(), query.name(), 1);
      byte[] value = query.name().canonical().getBytes(StandardCharsets.UTF_8);
      return new CiphertextAnswer.Sealed(new SealedSecret(identity, value, Instant.EPOCH));
    }

    @Override
    public void close() {}
  }

  /**
   * A client that holds version 1, the text {@code one}, with version 2, the text {@code two}, at
   * hand. Nothing here starts a thread, so that a client can be made for each try.
   */
  private abstract static class Client {
    private static final SecretRef ONE = SecretRef.parseShort("one");
    private static final SecretRef TWO = SecretRef.parseShort("two");
    private static final CiphertextSource SOURCE = new NamesForValues();

    final SecretsClient client =
        SecretsClient.builder(SOURCE, secret -> secret.ciphertext().clone())
            .holdPlaintext(Duration.ofDays(1))
            .scheduler(new StillTime())
            .build();
    final Supplier<String> view = client.text(StressParts.REF);
    final Value first;
    private final Value second;

    Client() {
      // Both are sealed under the client's key as they arrive, then put under one reference.
      Registration one = client.holdings.listen(ONE, () -> {});
      Registration two = client.holdings.listen(TWO, () -> {});
      client.refresh();
      one.close();
      two.close();
      first = new Value(client.holdings.value(ONE).sealed, 1, 0);
      second = new Value(client.holdings.value(TWO).sealed, 2, 1);
      client.holdings.accept(StressParts.REF, first);
    }

    final void rotate() {
      client.holdings.accept(StressParts.REF, second);
    }

    final String resolve() {
      try (SecretValue value = client.resolve(StressParts.REF)) {
        return value.reveal();
      }
    }
  }

  @JCStressTest
  @Outcome(
      id = {"one, one", "one, two", "two, two"},
      expect = ACCEPTABLE,
      desc = "Time goes forward.")
  @Outcome(expect = FORBIDDEN, desc = "The old value after the new one.")
  @State
  public static class OneView extends Client {
    public OneView() {
      String unused = view.get();
    }

    @Actor
    public void rotation() {
      rotate();
    }

    @Actor
    public void reader(LL_Result r) {
      r.r1 = view.get();
      r.r2 = view.get();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"one, one", "one, two", "two, two"},
      expect = ACCEPTABLE,
      desc = "Time goes forward.")
  @Outcome(expect = FORBIDDEN, desc = "The old value after the new one.")
  @State
  public static class ResolveThenView extends Client {
    public ResolveThenView() {
      String unused = view.get();
    }

    @Actor
    public void rotation() {
      rotate();
    }

    @Actor
    public void reader(LL_Result r) {
      r.r1 = resolve();
      r.r2 = view.get();
    }
  }

  @JCStressTest
  @Outcome(
      id = {"one, retired", "two, retired"},
      expect = ACCEPTABLE,
      desc = "The text of the former version is gone.")
  @Outcome(expect = FORBIDDEN, desc = "The text of the former version stays in memory.")
  @State
  public static class HeldTextAndRotation extends Client {
    @Actor
    public void rotation() {
      rotate();
    }

    @Actor
    public void reader(LL_Result r) {
      r.r1 = view.get();
    }

    @Arbiter
    public void look(LL_Result r) {
      r.r2 = StressParts.state(first);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"one, retired", "closed, retired"},
      expect = ACCEPTABLE,
      desc = "No text is left.")
  @Outcome(
      id = "my-secret, retired",
      expect = ACCEPTABLE,
      desc = "Asked for once more, and let go.")
  @Outcome(expect = FORBIDDEN, desc = "A closed client leaves text in memory, or a wrong one.")
  @State
  public static class HeldTextAndClose extends Client {
    @Actor
    public void close() {
      client.close();
    }

    @Actor
    public void reader(LL_Result r) {
      try {
        r.r1 = view.get();
      } catch (SecretUnavailableException e) {
        r.r1 = "closed";
      }
    }

    @Arbiter
    public void look(LL_Result r) {
      r.r2 = StressParts.state(first);
    }
  }
}
