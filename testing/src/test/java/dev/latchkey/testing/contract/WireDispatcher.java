package dev.latchkey.testing.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.SecretName;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;

/** Serves an unchanging history over the wire that HttpSource speaks. */
final class WireDispatcher extends Dispatcher {
  static final String TOKEN = "contract-token";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final CountDownLatch closed = new CountDownLatch(1);
  private final String target;
  private final List<SealedSecret> versions;
  private final Set<SecretIdentity> deletions;

  WireDispatcher(String project, List<SealedSecret> versions, Set<SecretIdentity> deletions) {
    this.target = "/v1/projects/" + project + "/ciphertexts";
    this.versions = versions;
    this.deletions = deletions;
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
    if (!("POST " + target + " HTTP/1.1").equals(request.getRequestLine())) {
      return new MockResponse.Builder().code(404).build();
    }
    if (!("Bearer " + TOKEN).equals(request.getHeaders().get("Authorization"))) {
      return new MockResponse.Builder().code(401).build();
    }
    try {
      JsonNode asked = JSON.readTree(request.getBody().utf8());
      ObjectNode answer = JSON.createObjectNode();
      boolean news = false;
      for (JsonNode query : asked.get("secrets")) {
        ObjectNode secret = answer(query);
        news |= !secret.get("status").asText().equals("unchanged");
        answer.withArray("secrets").add(secret);
      }
      if (!news) {
        // Nothing ever happens here, so a held answer waits for its end alone.
        closed.await(asked.get("waitSeconds").asLong(), TimeUnit.SECONDS);
      }
      return new MockResponse.Builder().body(JSON.writeValueAsString(answer)).build();
    } catch (JsonProcessingException e) {
      return new MockResponse.Builder().code(400).build();
    }
  }

  private ObjectNode answer(JsonNode query) {
    SecretName name = SecretName.parse(query.get("name").asText());
    ObjectNode answer = JSON.createObjectNode().put("name", name.toString());
    long deleted =
        deletions.stream()
            .filter(deletion -> deletion.name().equals(name))
            .mapToLong(SecretIdentity::version)
            .max()
            .orElse(0);
    long newest =
        versions.stream()
            .map(SealedSecret::identity)
            .filter(identity -> identity.name().equals(name))
            .mapToLong(SecretIdentity::version)
            .max()
            .orElse(0);
    long wanted = query.path("version").asLong(newest);
    var found =
        versions.stream()
            .filter(secret -> secret.identity().name().equals(name))
            .filter(secret -> secret.identity().version() == wanted && wanted > deleted)
            .findFirst();
    if (found.isEmpty()) {
      return answer.put("status", "not_found");
    }
    answer.put("version", wanted);
    if (query.path("knownVersion").asLong(0) == wanted) {
      return answer.put("status", "unchanged");
    }
    return answer
        .put("status", "sealed")
        .put("ciphertext", Base64.getEncoder().encodeToString(found.get().ciphertext()))
        .put("createdAt", found.get().createdAt().toString());
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
