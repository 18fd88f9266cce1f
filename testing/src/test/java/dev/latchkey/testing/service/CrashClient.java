package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.testing.service.CrashLedger.Written;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Creates and replaces secrets of its own as fast as it is answered, until there is no answer. */
final class CrashClient implements Callable<@Nullable Void> {
  /** So many as a test reads with one token. */
  static final int NAMES = 200;

  private static final String PROJECT = "/v1/projects/default/";
  private static final int LONGEST_PADDING = 20_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where it asks, and as whom. */
  record Place(HttpClient http, URI address, String basic) {
    HttpResponse<String> send(String method, String path, @Nullable String body)
        throws IOException, InterruptedException {
      var request =
          HttpRequest.newBuilder(URI.create(address + PROJECT + path))
              .header("Authorization", basic)
              .header("Content-Type", "application/json")
              .method(
                  method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
      return http.send(request.build(), BodyHandlers.ofString());
    }

    JsonNode json(String method, String path, @Nullable String body)
        throws IOException, InterruptedException {
      HttpResponse<String> response = send(method, path, body);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      return JSON.readTree(response.body());
    }
  }

  private final int number;
  private final CrashLedger ledger;
  private final Random random;
  private final List<Written> own = new ArrayList<>();
  private int names;

  /** The newest that was acknowledged, for all names that there may be. */
  private @Nullable String token;

  private @Nullable Place place;
  private CountDownLatch first = new CountDownLatch(0);
  private AtomicBoolean killed = new AtomicBoolean();

  CrashClient(int number, CrashLedger ledger, Random random) {
    this.number = number;
    this.ledger = ledger;
    this.random = random;
  }

  /** Has it ask a process next. */
  CrashClient at(Place process, CountDownLatch firstAcknowledgement, AtomicBoolean isKilled) {
    place = process;
    first = firstAcknowledgement;
    killed = isKilled;
    own.removeIf(secret -> !ledger.secrets.containsKey(secret.name));
    return this;
  }

  @Override
  public @Nullable Void call() throws InterruptedException {
    try {
      for (int i = 0; ; i++) {
        if (i % 8 == 0) {
          mint();
        } else if (names < NAMES && (own.isEmpty() || random.nextInt(3) == 0)) {
          create();
        } else {
          replace(own.get(random.nextInt(own.size())));
        }
        first.countDown();
      }
    } catch (IOException e) {
      assertThat(killed).as("killed, when there was no answer").isTrue();
      return null;
    }
  }

  private JsonNode answer(String method, String path, String body)
      throws IOException, InterruptedException {
    return Objects.requireNonNull(place).json(method, path, body);
  }

  private void create() throws IOException, InterruptedException {
    var secret = new Written(name(names++));
    ledger.secrets.put(secret.name, secret);
    own.add(secret);
    String value = value();
    secret.begin(value);
    String body =
        JSON.createObjectNode()
            .put("name", secret.name)
            .put("type", CrashLedger.TYPE)
            .put("value", value)
            .toString();
    secret.acknowledged(answer("POST", "secrets", body).get("id").asText());
  }

  private void replace(Written secret) throws IOException, InterruptedException {
    String value = value();
    secret.begin(value);
    String body = JSON.createObjectNode().put("value", value).toString();
    answer("PUT", "secrets/" + secret.id, body);
    secret.acknowledged(String.valueOf(secret.id));
  }

  private void mint() throws IOException, InterruptedException {
    String all =
        IntStream.range(0, NAMES)
            .mapToObj(i -> '"' + name(i) + '"')
            .collect(Collectors.joining(",", "[", "]"));
    String body =
        "{\"role\":\"work\",\"app\":\"crash\",\"ttlSeconds\":3600,\"secrets\":" + all + "}";
    JsonNode minted = answer("POST", "process-tokens", body);
    token = minted.get("token").asText();
    ledger.tokens.add(minted.get("id").asText());
  }

  /** Of no file system's block size, and now and then of many blocks. */
  private String value() {
    int padding = random.nextInt(random.nextInt(8) == 0 ? LONGEST_PADDING : 100);
    return random.nextLong() + "x".repeat(padding);
  }

  private String name(int i) {
    return "client-" + number + "-secret-" + i;
  }

  /** Returns a token for all secrets of this client; null if none was acknowledged. */
  @Nullable String token() {
    return token;
  }

  /** Returns the names of its secrets, also of those that may not be there. */
  List<String> names() {
    return own.stream().map(secret -> secret.name).toList();
  }
}
