package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What clients were told of a service's directory, and whether it is all there after a crash. A
 * secret is of one client, and is looked at by others when that one has stopped.
 */
final class CrashLedger {
  static final String TYPE = "SECRET_TYPE_CRASH";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** One secret: what was acknowledged, and the write that nobody was told the end of. */
  static final class Written {
    final String name;
    @Nullable String id;
    @Nullable String value;
    @Nullable String underWay;
    boolean creationAcknowledged;
    long version;
    int replacements;

    /** Those that ended in a crash. */
    int doubtful;

    Written(String name) {
      this.name = name;
    }

    /** A create or a replacement is about to be sent. */
    void begin(String next) {
      underWay = next;
    }

    void acknowledged(String acknowledgedId) {
      if (value == null) {
        creationAcknowledged = true;
      } else {
        replacements++;
      }
      id = acknowledgedId;
      value = underWay;
      underWay = null;
      version++;
    }
  }

  /** A secret as it is found: opened, and which version it is. */
  record Found(String value, long version) {}

  final Map<String, Written> secrets = new ConcurrentHashMap<>();

  /** Ids of tokens that were acknowledged. */
  final Queue<String> tokens = new ConcurrentLinkedQueue<>();

  private int crashes;
  private int caughtWriting;

  /** To be called when the process has been killed and its clients have stopped. */
  void crashed() {
    crashes++;
  }

  /** Returns how many writes were under way in crashes. */
  int caughtWriting() {
    return caughtWriting;
  }

  /** Asserts that each secret opens to what was acknowledged last, or to what was under way. */
  void checkValues(Map<String, Found> found) {
    for (Written secret : secrets.values()) {
      Found now = found.get(secret.name);
      if (now == null) {
        assertThat(secret.value).as("'%s', which is not there", secret.name).isNull();
        continue;
      }
      boolean advanced = now.value.equals(secret.underWay);
      assertThat(now.value)
          .as("the value of '%s'", secret.name)
          .isEqualTo(advanced ? secret.underWay : secret.value);
      assertThat(now.version)
          .as("the version of '%s'", secret.name)
          .isEqualTo(secret.version + (advanced ? 1 : 0));
    }
  }

  /** Asserts that each secret is listed, with the id that was told. */
  void checkList(JsonNode list) {
    Map<String, JsonNode> listed = new HashMap<>();
    list.get("secrets").forEach(secret -> listed.put(secret.get("name").asText(), secret));
    for (Written secret : secrets.values()) {
      JsonNode now = listed.getOrDefault(secret.name, MissingNode.getInstance());
      if (secret.id != null) {
        assertThat(now.path("id").asText()).as("the id of '%s'", secret.name).isEqualTo(secret.id);
      }
      if (secret.creationAcknowledged) {
        assertThat(now.path("type").asText()).as("the type of '%s'", secret.name).isEqualTo(TYPE);
      }
    }
  }

  /** Asserts that each token is listed. */
  void checkTokens(JsonNode list) {
    assertThat(list.get("tokens").findValuesAsText("id")).containsAll(tokens);
  }

  /** Asserts that lines are whole, and that there is one for each write. */
  void checkAudit(List<String> lines) {
    Map<String, Integer> counts = new HashMap<>();
    int broken = 0;
    for (String line : lines) {
      try {
        counts.merge(key(JSON.readTree(line)), 1, Integer::sum);
      } catch (JsonProcessingException e) {
        broken++;
      }
    }
    assertThat(broken).as("lines that were cut off").isLessThanOrEqualTo(crashes);
    secrets.values().forEach(secret -> checkAudit(secret, counts));
    for (String token : tokens) {
      assertThat(counts).containsEntry("create-token " + token + " ok", 1);
    }
  }

  private static void checkAudit(Written secret, Map<String, Integer> counts) {
    String create = "create-secret " + secret.name;
    String replace = "replace-secret " + secret.name;
    int underWay = secret.underWay == null ? 0 : 1;
    int created = counts.getOrDefault(create + " ok", 0);
    int replaced = counts.getOrDefault(replace + " ok", 0);
    assertThat(created)
        .as("ok lines for the creation of '%s'", secret.name)
        .isBetween(secret.creationAcknowledged ? 1 : 0, 1);
    assertThat(replaced)
        .as("ok lines for replacements of '%s'", secret.name)
        .isBetween(secret.replacements, secret.replacements + secret.doubtful + underWay);
    // What may have been done has a line, too.
    long begun = counts.getOrDefault(create + " begun", 0);
    begun += counts.getOrDefault(replace + " begun", 0);
    assertThat(begun)
        .as("begun writes of '%s'", secret.name)
        .isGreaterThanOrEqualTo(secret.version);
  }

  private static String key(JsonNode line) {
    JsonNode about = line.has("secret") ? line.get("secret") : line.path("tokenId");
    return line.get("action").asText() + " " + about.asText() + " " + line.get("outcome").asText();
  }

  /** Takes what was found for what is; to be called once all checks have passed. */
  void settle(Map<String, Found> found, JsonNode list) {
    for (JsonNode listed : list.get("secrets")) {
      Written secret = secrets.get(listed.get("name").asText());
      if (secret != null) {
        secret.id = listed.get("id").asText();
      }
    }
    for (Written secret : List.copyOf(secrets.values())) {
      if (secret.underWay != null) {
        settle(secret, found.get(secret.name));
      }
    }
  }

  private void settle(Written secret, @Nullable Found now) {
    caughtWriting++;
    secret.underWay = null;
    if (now == null) {
      secrets.remove(secret.name);
      return;
    }
    if (secret.value != null) {
      secret.doubtful++;
    }
    secret.value = now.value;
    secret.version = now.version;
  }
}
