package dev.latchkey.testing.http;

import static dev.latchkey.testing.http.Asking.TIMEOUT;
import static dev.latchkey.testing.http.Asking.hold;
import static dev.latchkey.testing.http.Asking.newest;
import static dev.latchkey.testing.http.Asking.read;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.source.HttpSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HoldTest {
  private static final CiphertextQuery KNOWN = newest("my-secret").withKnownVersion(1);

  private final FakeSecretService service = FakeSecretService.start();
  private final HttpSource source = service.source().build();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void put() {
    service.put("my-secret", "some-value");
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    source.close();
    service.close();
  }

  /** Returns what becomes of a request that is held now. */
  private Future<List<CiphertextAnswer>> held(CiphertextQuery... queries) {
    int before = service.requests().size();
    Future<List<CiphertextAnswer>> answers = threads.submit(() -> hold(source, queries));
    assertThat(service.awaitRequests(before + 1).get(before).isHeld()).isTrue();
    assertThat(answers.isDone()).isFalse();
    return answers;
  }

  @Test
  void put_ofAnAskedName_answersAtOnce() throws Exception {
    Future<List<CiphertextAnswer>> answers = held(KNOWN);
    service.put("My-Secret", "new");
    assertThat(answers.get(10, SECONDS))
        .singleElement()
        .isInstanceOfSatisfying(
            CiphertextAnswer.Sealed.class,
            news -> assertThat(news.secret().identity().version()).isEqualTo(2));
    assertThat(service.requests()).hasToString("[[my-secret known 1, hold 60 s: 200]]");
  }

  @Test
  void delete_ofAnAskedName_answersAtOnce() throws Exception {
    Future<List<CiphertextAnswer>> answers = held(KNOWN);
    service.delete("my-secret");
    assertThat(answers.get(10, SECONDS))
        .singleElement()
        .isInstanceOf(CiphertextAnswer.NotFound.class);
  }

  @Test
  void deny_ofAnAskedName_answersAtOnce() throws Exception {
    Future<List<CiphertextAnswer>> answers = held(KNOWN);
    service.deny("my-secret");
    assertThat(answers.get(10, SECONDS)).containsExactly(new CiphertextAnswer.Denied());
  }

  @Test
  void change_ofAnotherName_isNoNews() throws Exception {
    Future<List<CiphertextAnswer>> answers = held(KNOWN);
    service.put("db", "other-value");
    service.delete("db");
    service.deny("db");
    assertThat(service.requests()).hasToString("[[my-secret known 1, hold 60 s: held]]");
    service.put("my-secret", "new");
    assertThat(answers.get(10, SECONDS))
        .singleElement()
        .isInstanceOf(CiphertextAnswer.Sealed.class);
  }

  @Test
  void put_besideAPin_isNews() throws Exception {
    CiphertextQuery pinned = CiphertextQuery.pinned(KNOWN.name(), 1).withKnownVersion(1);
    Future<List<CiphertextAnswer>> answers = held(pinned, KNOWN);
    service.put("my-secret", "new");
    assertThat(answers.get(10, SECONDS))
        .hasSize(2)
        .first()
        .isEqualTo(new CiphertextAnswer.Unchanged(1));
  }

  @Test
  void end_withoutNews_isUnchanged() {
    var request = new FetchRequest(List.of(KNOWN), Duration.ofSeconds(1), TIMEOUT);
    assertThat(source.fetch(request)).containsExactly(new CiphertextAnswer.Unchanged(1));
  }

  @Test
  void fail_whileHeld_breaksTheHold() throws Exception {
    Future<List<CiphertextAnswer>> answers = held(KNOWN);
    service.fail(Fault.status(503));
    assertThatThrownBy(() -> answers.get(10, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage(service.address() + " answered with status 503. Try again later.");
    assertThat(service.requests())
        .hasToString("[[my-secret known 1, hold 60 s: Fault[status 503]]]");
  }

  @Test
  void close_whileManyAreHeldOrUnanswered_endsAllAtOnce() {
    service.next(Fault.silent());
    List<Future<?>> ending = new ArrayList<>();
    ending.add(threads.submit(() -> hold(source, newest("db"))));
    service.awaitRequests(1);
    for (int i = 0; i < 8; i++) {
      ending.add(held(KNOWN));
    }
    service.close();
    for (Future<?> end : ending) {
      assertThatThrownBy(() -> end.get(10, SECONDS))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessageStartingWith("The connection to " + service.address() + " broke");
    }
  }

  @Test
  void put_toAWatchingClient_arrivesAtOnce() {
    SecretsClient client = service.client(options -> options.fresh(Duration.ofDays(1)));
    assertThat(read(client, "secret://my-secret")).isEqualTo("some-value");
    var rotated = new CountDownLatch(1);
    client.onRotation(SecretRef.parse("secret://my-secret"), rotated::countDown);
    ReceivedRequest watch = service.awaitRequests(2).get(1);
    assertThat(watch).hasToString("[my-secret known 1, hold 25 s: held]");
    service.put("my-secret", "new");
    assertThat(await(rotated)).isTrue();
    assertThat(read(client, "secret://my-secret")).isEqualTo("new");
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(10, SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
