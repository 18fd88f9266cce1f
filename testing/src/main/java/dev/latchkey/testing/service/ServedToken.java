package dev.latchkey.testing.service;

import static dev.latchkey.testing.wire.WireJson.bad;
import static dev.latchkey.testing.wire.WireJson.name;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.latchkey.ProcessRole;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.ProcessTokens;
import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireJson;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token lets a process do: read the ciphertexts of some secrets of a project, for a time.
 * The token itself is not in it, only its digest.
 */
record ServedToken(String id, String hash, String project, Grant grant, Instant expiresAt) {
  /** What is asked for. The name of the app is for people. */
  record Grant(ProcessRole role, String app, Set<SecretName> secrets) {
    Grant {
      secrets = Set.copyOf(secrets);
    }
  }

  /** A request for a token. */
  record Wish(Grant grant, Duration ttl) {
    static Wish parse(byte[] body) throws RefusedException {
      var reader = new Reader("role", "app", "secrets", "ttlSeconds");
      WireJson.read(body, reader);
      return new Wish(reader.grant(), reader.ttl());
    }
  }

  /** Returns the same token with another end. */
  ServedToken until(Instant end) {
    return new ServedToken(id, hash, project, grant, end);
  }

  boolean permits(SecretName name) {
    return grant.secrets.contains(name);
  }

  /** Returns the lifetime that a body asks for. */
  static Duration ttl(byte[] body) throws RefusedException {
    var reader = new Reader("ttlSeconds");
    WireJson.read(body, reader);
    return reader.ttl();
  }

  /** Returns the text of the file that this is kept in. */
  String toJson() {
    return WireJson.object(
        json -> {
          json.writeStringField("id", id);
          json.writeStringField("sha256", hash);
          json.writeStringField("project", project);
          json.writeStringField("role", grant.role.toString());
          json.writeStringField("app", grant.app);
          ManagementWire.writeNames(json, "secrets", grant.secrets);
          json.writeStringField("expiresAt", expiresAt.toString());
        });
  }

  /** Reads the file that a token is kept in. */
  static ServedToken parse(byte[] file) throws RefusedException {
    var reader = new Reader("id", "sha256", "project", "role", "app", "secrets", "expiresAt");
    WireJson.read(file, reader);
    if (reader.id == null
        || reader.hash == null
        || reader.project == null
        || reader.expiresAt == null) {
      throw bad("A part is missing.");
    }
    return new ServedToken(
        reader.id, reader.hash, reader.project, reader.grant(), Instant.parse(reader.expiresAt));
  }

  /** The fields of a wish, and of what is kept. */
  private static final class Reader implements WireJson.FieldReader {
    private final List<String> fields;
    private @Nullable String id;
    private @Nullable String hash;
    private @Nullable String project;
    private @Nullable String expiresAt;
    private @Nullable ProcessRole role;
    private @Nullable String app;
    private @Nullable Set<SecretName> secrets;
    private long ttlSeconds;

    /** Makes a reader of some fields, which refuses others. */
    Reader(String... fields) {
      this.fields = List.of(fields);
    }

    @Override
    public void read(String field, JsonParser parser) throws IOException, RefusedException {
      if (!fields.contains(field)) {
        throw bad("The body has a field other than " + String.join(", ", fields) + ".");
      }
      switch (field) {
        case "id" -> id = WireJson.text(parser, "The id");
        case "sha256" -> hash = WireJson.text(parser, "The sha256");
        case "project" -> project = WireJson.text(parser, "The project");
        case "expiresAt" -> expiresAt = WireJson.text(parser, "The expiresAt");
        case "role" -> role = role(WireJson.text(parser, "The role"));
        case "app" -> app = app(WireJson.text(parser, "The app"));
        case "secrets" -> secrets = secrets(parser);
        case "ttlSeconds" ->
            ttlSeconds =
                WireJson.number(parser, "ttlSeconds", 1, ProcessTokens.MAX_TTL.toSeconds());
        default -> throw new AssertionError(field);
      }
    }

    Duration ttl() throws RefusedException {
      if (ttlSeconds == 0) {
        throw bad("The body has no ttlSeconds.");
      }
      return Duration.ofSeconds(ttlSeconds);
    }

    Grant grant() throws RefusedException {
      if (role == null || app == null || secrets == null) {
        throw bad("The body needs role, app, secrets and ttlSeconds.");
      }
      return new Grant(role, app, secrets);
    }

    private static ProcessRole role(String text) throws RefusedException {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "flow" -> ProcessRole.FLOW;
        case "work" -> ProcessRole.WORK;
        default -> throw bad("The role is neither flow nor work.");
      };
    }

    private static String app(String text) throws RefusedException {
      if (!ProcessTokens.isApp(text)) {
        throw bad("The app is 1 to " + ProcessTokens.MAX_APP_LENGTH + " printable characters.");
      }
      return text;
    }

    private static Set<SecretName> secrets(JsonParser parser) throws IOException, RefusedException {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw bad("secrets is not a list.");
      }
      Set<SecretName> names = new HashSet<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        names.add(name(parser));
      }
      if (names.isEmpty() || names.size() > ProcessTokens.MAX_SECRETS) {
        throw bad(
            "A token is for 1 to "
                + ProcessTokens.MAX_SECRETS
                + " secrets, not "
                + names.size()
                + ".");
      }
      return names;
    }
  }
}
