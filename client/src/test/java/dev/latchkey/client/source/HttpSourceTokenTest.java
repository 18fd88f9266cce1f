package dev.latchkey.client.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.Canary;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the token comes from, when it is asked for, and what is told of it. */
class HttpSourceTokenTest {
  private static final String TOKEN = "token-canary-c0ffee";
  private static final Duration AMPLE = Duration.ofSeconds(20);
  private static final List<CiphertextQuery> QUERIES =
      List.of(CiphertextQuery.newest(SecretName.parse("db")));
  private static final FetchRequest ONE = FetchRequest.of(QUERIES, AMPLE);
  private static final int TOGETHER = 8;

  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private MockWebServer server;

  @BeforeEach
  void start() throws IOException {
    server = LoopbackServer.start();
  }

  @AfterEach
  void stop() {
    end.complete(TOKEN);
    callers.shutdownNow();
    server.close();
  }

  private HttpSource.Builder builder() {
    return HttpSource.builder(server.url("/").uri()).project("shop").token(() -> TOKEN);
  }

  private String origin() {
    return "http://localhost:" + server.getPort();
  }

  private static MockResponse status(int code) {
    return new MockResponse.Builder().code(code).build();
  }

  private static MockResponse ok() {
    return new MockResponse.Builder()
        .body("{\"secrets\":[{\"name\":\"db\",\"status\":\"not_found\"}]}")
        .build();
  }

  /** Accepts one token, and refuses the others only when so many have come. */
  private static final class Accepting extends Dispatcher {
    private final String token;
    private final CountDownLatch refused;

    Accepting(String token, int refusals) {
      this.token = token;
      this.refused = new CountDownLatch(refusals);
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
      if (("Bearer " + token).equals(request.getHeaders().get("Authorization"))) {
        return ok();
      }
      refused.countDown();
      return status(refused.await(20, TimeUnit.SECONDS) ? 401 : 500);
    }
  }

  /** Gives a token so many times, and from then on what another supplier does. */
  private static final class Changing implements Supplier<String> {
    private final int times;
    private final Supplier<String> then;
    private final AtomicInteger asked = new AtomicInteger();

    Changing(int times, Supplier<String> then) {
      this.times = times;
      this.then = then;
    }

    @Override
    public String get() {
      return asked.incrementAndGet() > times ? then.get() : TOKEN;
    }
  }

  private <T> List<T> together(Callable<T> task) throws Exception {
    List<T> results = new ArrayList<>();
    for (Future<T> each : callers.invokeAll(Collections.nCopies(TOGETHER, task))) {
      results.add(each.get());
    }
    return results;
  }

  /** Gives a token when the test ends; no interrupt makes it sooner. */
  private String never() {
    return end.join();
  }

  private static HttpSource.Builder anywhere(String base, String project) {
    return HttpSource.builder(URI.create(base)).project(project);
  }

  @Test
  void fetch_unauthenticated_asksForTokenOnceMore() throws Exception {
    Queue<String> tokens = new ArrayDeque<>(List.of("old", "new"));
    try (var other = builder().token(tokens::remove).build()) {
      server.enqueue(status(401));
      server.enqueue(ok());
      assertThat(other.fetch(ONE)).hasSize(1);
    }
    assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer old");
    assertThat(server.takeRequest().getHeaders().get("Authorization")).isEqualTo("Bearer new");
  }

  @Test
  void fetch_unauthenticatedTwice_isToldAfterTwoRequests() {
    Queue<String> tokens = new ArrayDeque<>(List.of("old", "new"));
    try (var other = builder().token(tokens::remove).build()) {
      server.enqueue(status(401));
      server.enqueue(status(401));
      assertThatThrownBy(() -> other.fetch(ONE)).isInstanceOf(SecretUnauthenticatedException.class);
    }
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void fetch_tokenFile_isReadAgainWhenItChanges(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "first\n");
    try (var other = builder().tokenFile(file).build()) {
      for (String token : List.of("first", "again")) {
        Files.writeString(file, token + "\n");
        server.enqueue(ok());
        other.fetch(ONE);
        assertThat(server.takeRequest().getHeaders().get("Authorization"))
            .isEqualTo("Bearer " + token);
      }
      Files.delete(file);
      assertThatThrownBy(() -> other.fetch(ONE))
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessage(
              "The token file does not exist. Check LATCHKEY_TOKEN_FILE, and that this process may"
                  + " read the file.")
          .hasNoCause();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hunter2 x", "hunter2\r\nX: y", "hunter2\n", "hunter2\u00e9", "\0hunter2"})
  void fetch_tokenNotFitForHeader_isNotSent(String token) {
    try (var other = builder().token(() -> token).build()) {
      assertThatThrownBy(() -> other.fetch(ONE))
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessage(
              "The token cannot be sent: it is too long, or has a space, a line break or a"
                  + " character outside ASCII. Give the token alone, without quotes, \"Bearer\" or a"
                  + " second line.");
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void fetch_noToken_saysSo() {
    try (var other = builder().token(() -> "").build()) {
      assertThatThrownBy(() -> other.fetch(ONE))
          .hasMessage(
              "The token is empty. Check LATCHKEY_TOKEN, or the file of LATCHKEY_TOKEN_FILE.");
    }
    try (var other =
        builder()
            .token(
                () -> {
                  throw new IllegalStateException(TOKEN);
                })
            .build()) {
      assertThatThrownBy(() -> other.fetch(ONE))
          .hasMessage("The supplier of the token failed. Look at what it depends on.")
          .hasNoCause();
    }
  }

  @Test
  void identity_otherAddressProjectOrAsker_differs(@TempDir Path directory) {
    String base = "https://example.com";
    String path = directory.resolve("a").toString();
    List<HttpSource.Builder> builders =
        List.of(
            anywhere(base, "shop").token(() -> TOKEN),
            anywhere(base + ":8443", "shop").token(() -> TOKEN),
            anywhere(base + "/base", "shop").token(() -> TOKEN),
            anywhere("https://example.org", "shop").token(() -> TOKEN),
            anywhere(base, "other").token(() -> TOKEN),
            anywhere(base, "shop").token(() -> "other"),
            anywhere(base, "shop").token(() -> path),
            anywhere(base, "shop").tokenFile(Path.of(path)),
            anywhere(base, "shop").tokenFile(directory.resolve("b")));
    List<String> identities = new ArrayList<>();
    for (HttpSource.Builder builder : builders) {
      try (HttpSource each = builder.build();
          HttpSource again = builder.build()) {
        assertThat(again.identity()).isEqualTo(each.identity());
        identities.add(each.identity().orElseThrow());
      }
    }
    assertThat(identities).doesNotHaveDuplicates();
  }

  @Test
  void identity_tokenFile_survivesNewToken(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "first");
    try (HttpSource absolute = builder().tokenFile(file).build()) {
      Optional<String> before = absolute.identity();
      Files.writeString(file, "again");
      assertThat(absolute.identity()).isEqualTo(before);
      Files.delete(file);
      assertThat(absolute.identity()).isEqualTo(before);
    }
  }

  @Test
  void identity_relativeTokenFile_isThatOfItsAbsolutePath() {
    Path relative = Path.of("token");
    try (HttpSource each = builder().tokenFile(relative).build();
        HttpSource absolute = builder().tokenFile(relative.toAbsolutePath()).build()) {
      assertThat(each.identity()).isEqualTo(absolute.identity());
    }
  }

  @Test
  void identity_suppliedToken_isThatOfNow() {
    Queue<String> tokens = new ArrayDeque<>(List.of("first", "again", "first"));
    try (HttpSource other = builder().token(tokens::remove).build()) {
      Optional<String> first = other.identity();
      assertThat(other.identity()).isNotEqualTo(first);
      assertThat(other.identity()).isEqualTo(first);
    }
  }

  @Test
  void identity_noToken_saysSo() {
    try (HttpSource other = builder().token(() -> "").build()) {
      assertThatThrownBy(other::identity)
          .isInstanceOf(SecretConfigurationException.class)
          .hasMessage(
              "The token is empty. Check LATCHKEY_TOKEN, or the file of LATCHKEY_TOKEN_FILE.");
    }
  }

  @Test
  void identity_neverShowsTokenOrWhatStandsForItsFile() {
    Canary token = new Canary(TOKEN.getBytes(UTF_8));
    try (HttpSource supplied = builder().build();
        HttpSource mistaken = builder().tokenFile(Path.of(TOKEN)).build()) {
      for (HttpSource each : List.of(supplied, mistaken)) {
        assertThat(each.identity().orElseThrow())
            .matches("\\Q" + origin() + "/v1/projects/shop/ciphertexts \\E[0-9a-f]{64}");
        assertThat(token.isIn(each.identity().orElseThrow())).isFalse();
        assertThat(each).hasToString("HttpSource[" + origin() + ", project=shop]");
      }
    }
    assertThat(token.isIn(origin() + " " + TOKEN)).isTrue();
  }

  @Test
  void fetch_manyRefusedTogether_askOnceAndUseTheNewToken() throws Exception {
    server.setDispatcher(new Accepting("new", TOGETHER));
    var tokens = new Changing(TOGETHER, () -> "new");
    try (HttpSource source = builder().token(tokens).build()) {
      assertThat(together(() -> source.fetch(ONE))).hasSize(TOGETHER).allMatch(a -> a.size() == 1);
    }
    assertThat(tokens.asked).hasValue(TOGETHER + 1);
    assertThat(server.getRequestCount()).isEqualTo(2 * TOGETHER);
  }

  @Test
  void fetch_manyRefusedTogetherAndNoOtherToken_askOnceAndSendNoMore() throws Exception {
    server.setDispatcher(new Accepting("new", TOGETHER));
    var tokens = new Changing(TOGETHER, () -> TOKEN);
    try (HttpSource source = builder().token(tokens).build()) {
      assertThat(together(() -> catchThrowable(() -> source.fetch(ONE))))
          .doesNotHaveDuplicates()
          .allSatisfy(
              thrown ->
                  assertThat(thrown)
                      .isInstanceOf(SecretUnauthenticatedException.class)
                      .hasMessage(
                          origin()
                              + " does not accept the token of this process. It may have expired:"
                              + " issue a new one, and set LATCHKEY_TOKEN or LATCHKEY_TOKEN_FILE.")
                      .hasNoCause());
    }
    assertThat(tokens.asked).hasValue(TOGETHER + 1);
    assertThat(server.getRequestCount()).isEqualTo(TOGETHER);
  }

  @Test
  void fetch_manyRefusedTogetherAndSupplierFails_askOnceAndAllSaySo() throws Exception {
    server.setDispatcher(new Accepting("new", TOGETHER));
    var tokens =
        new Changing(
            TOGETHER,
            () -> {
              throw new IllegalStateException(TOKEN);
            });
    Canary canary = new Canary(TOKEN.getBytes(UTF_8));
    try (HttpSource source = builder().token(tokens).build()) {
      assertThat(together(() -> catchThrowable(() -> source.fetch(ONE))))
          .doesNotHaveDuplicates()
          .allSatisfy(
              thrown -> {
                assertThat(thrown)
                    .isInstanceOf(SecretConfigurationException.class)
                    .hasMessage("The supplier of the token failed. Look at what it depends on.");
                assertThat(canary.isIn(thrown)).isFalse();
              });
    }
    assertThat(tokens.asked).hasValue(TOGETHER + 1);
    assertThat(server.getRequestCount()).isEqualTo(TOGETHER);
  }

  @Test
  void fetch_refusedAfterOthersGotANewToken_usesItUnasked() throws Exception {
    var held = new CountDownLatch(1);
    var refusals = new AtomicInteger();
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            if ("Bearer new".equals(request.getHeaders().get("Authorization"))) {
              return ok();
            }
            if (refusals.incrementAndGet() == 1) {
              held.await(20, TimeUnit.SECONDS);
            }
            return status(401);
          }
        });
    var tokens = new Changing(2, () -> "new");
    try (HttpSource source = builder().token(tokens).build()) {
      Future<?> late = callers.submit(() -> source.fetch(ONE));
      server.takeRequest();
      source.fetch(ONE);
      held.countDown();
      late.get();
    }
    assertThat(tokens.asked).hasValue(3);
  }

  @Test
  void fetch_refusedOnceMoreLater_asksOnceMore() {
    server.setDispatcher(new Accepting("new", 0));
    var tokens = new Changing(3, () -> "new");
    try (HttpSource source = builder().token(tokens).build()) {
      assertThatThrownBy(() -> source.fetch(ONE))
          .isInstanceOf(SecretUnauthenticatedException.class);
      assertThat(tokens.asked).hasValue(2);
      assertThat(source.fetch(ONE)).hasSize(1);
      assertThat(tokens.asked).hasValue(4);
    }
  }

  private FetchRequest within(long millis) {
    return FetchRequest.of(QUERIES, Duration.ofMillis(millis));
  }

  private void assertNoTokenInTime(HttpSource source) {
    long start = System.nanoTime();
    assertThatThrownBy(() -> source.fetch(within(200)))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage(
            "The token for "
                + origin()
                + " was not at hand within 200 ms. Look at what supplies it, or where"
                + " LATCHKEY_TOKEN_FILE is.")
        .hasNoCause();
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(150), Duration.ofSeconds(2));
  }

  @Test
  void fetch_supplierHangs_endsAtDeadline() {
    try (HttpSource source = builder().token(this::never).build()) {
      assertNoTokenInTime(source);
    }
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void fetch_supplierHangsAfterRefusal_endsAtDeadlineAndIsSentNoMore() throws Exception {
    server.setDispatcher(new Accepting("new", 2));
    var tokens = new Changing(2, this::never);
    try (HttpSource source = builder().token(tokens).build()) {
      Future<?> other = callers.submit(() -> assertNoTokenInTime(source));
      assertNoTokenInTime(source);
      other.get();
      assertThat(tokens.asked).hasValue(3);
    }
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void fetch_interruptedWhileSupplierHangs_endsAtOnce() throws Exception {
    var asked = new CountDownLatch(1);
    var thrown = new CompletableFuture<Throwable>();
    try (HttpSource source =
        builder()
            .token(
                () -> {
                  asked.countDown();
                  return never();
                })
            .build()) {
      var caller = new Thread(() -> thrown.complete(catchThrowable(() -> source.fetch(ONE))));
      caller.start();
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      caller.interrupt();
      assertThat(thrown.get(5, TimeUnit.SECONDS))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessage(
              "The thread was interrupted while it waited for "
                  + origin()
                  + ". Ask again, unless the process is ending.");
    }
  }

  @Test
  void close_whileSupplierWaits_interruptsIt() throws Exception {
    var asked = new CountDownLatch(1);
    HttpSource source =
        builder()
            .token(
                () -> {
                  asked.countDown();
                  try {
                    return end.get();
                  } catch (InterruptedException | ExecutionException e) {
                    throw new IllegalStateException(e);
                  }
                })
            .build();
    var outcome = callers.submit(() -> catchThrowable(() -> source.fetch(ONE)));
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    source.close();
    assertThat(outcome.get(5, TimeUnit.SECONDS))
        .isExactlyInstanceOf(SecretUnavailableException.class)
        .hasMessage(
            "The source of secrets at " + origin() + " is closed. Use it before it is closed.");
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void fetch_tooManyHang_isRefusedUntilTheyEnd() {
    server.setDispatcher(new Accepting(TOKEN, 0));
    try (HttpSource source = builder().token(this::never).build()) {
      for (int i = 0; i < 64; i++) {
        assertThatThrownBy(() -> source.fetch(within(1)))
            .hasMessageStartingWith("The token for " + origin() + " was not at hand");
      }
      SecretException busy =
          catchThrowableOfType(SecretUnavailableException.class, () -> source.fetch(ONE));
      assertThat(busy)
          .hasMessage(
              "64 requests to "
                  + origin()
                  + " are under way already. Try again later, and look at what supplies the token"
                  + " and at the name service if none ends.");
      end.complete(TOKEN);
      Throwable thrown = busy;
      long giveUp = System.nanoTime() + AMPLE.toNanos();
      while (thrown != null && System.nanoTime() < giveUp) {
        thrown = catchThrowable(() -> source.fetch(ONE));
      }
      assertThat(thrown).isNull();
    }
  }
}
