package dev.latchkey.testing.service;

import static dev.latchkey.testing.wire.WireJson.bad;
import static dev.latchkey.testing.wire.WireJson.require;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.testing.service.ProcessTokens.Minted;
import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of the management API, in and out. Unknown fields are passed over, as Lightning's
 * gateway does; no answer has a value.
 */
final class ManagementWire {
  static final String NO_TYPE = "SECRET_TYPE_UNSPECIFIED";

  private static final Pattern TYPE = Pattern.compile("SECRET_TYPE_[A-Z0-9_]{1,64}");

  private ManagementWire() {}

  /** A body that creates or replaces a secret; closed when it is sealed. */
  record NewValue(@Nullable SecretName name, String type, SecretValue value)
      implements AutoCloseable {
    static NewValue parse(byte[] body) throws RefusedException {
      SecretName[] name = {null};
      String[] type = {NO_TYPE};
      int[] quote = {-1};
      WireJson.read(
          body,
          (field, parser) -> {
            switch (field) {
              case "name" -> name[0] = WireJson.name(parser);
              case "type" -> type[0] = ManagementWire.type(WireJson.text(parser, "The type"));
              case "value" -> {
                require(parser.currentToken() == JsonToken.VALUE_STRING, "The value is not text.");
                // It is not read by the parser, which would keep it.
                quote[0] = (int) parser.currentTokenLocation().getByteOffset();
              }
              default -> {}
            }
          });
      require(quote[0] >= 0, "The body has no value.");
      return new NewValue(name[0], type[0], value(body, quote[0]));
    }

    private static SecretValue value(byte[] body, int quote) throws RefusedException {
      byte[] text = JsonText.utf8(body, quote);
      try {
        SecretValue value = SecretValue.adopt(text);
        value.chars(); // Throws if it is not UTF-8.
        return value;
      } catch (SecretValueException e) {
        Arrays.fill(text, (byte) 0);
        throw bad(e.problem() + " " + e.remedy());
      }
    }

    SecretName nameOrThrow() throws RefusedException {
      if (name == null) {
        throw bad("The body has no name.");
      }
      return name;
    }

    /** Returns neither the name nor the value. */
    @Override
    public String toString() {
      return "NewValue";
    }

    @Override
    public void close() {
      value.close();
    }
  }

  /** Returns the type if it may be one. */
  static String type(String text) throws RefusedException {
    require(
        TYPE.matcher(text).matches(),
        "A type is SECRET_TYPE_ and capital letters, such as " + NO_TYPE + ".");
    return text;
  }

  static String secret(ServedSecret secret) {
    return WireJson.object(json -> write(json, secret));
  }

  static String secrets(List<ServedSecret> secrets) {
    return WireJson.object(
        json -> {
          json.writeArrayFieldStart("secrets");
          for (ServedSecret secret : secrets) {
            json.writeStartObject();
            write(json, secret);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static void write(JsonGenerator json, ServedSecret secret) throws IOException {
    json.writeStringField("clusterId", "");
    json.writeStringField("createdAt", secret.stored().createdAt().toString());
    json.writeStringField("id", secret.id());
    json.writeStringField("name", secret.stored().name().toString());
    json.writeStringField("orgId", "");
    json.writeStringField("projectId", secret.project());
    json.writeStringField("type", secret.type());
    json.writeStringField("updatedAt", secret.stored().updatedAt().toString());
    json.writeStringField("userId", secret.userId());
  }

  static String project(String project, String userId) {
    return WireJson.object(
        json -> {
          json.writeStringField("id", project);
          json.writeStringField("name", project);
          json.writeStringField("displayName", project);
          json.writeStringField("ownerId", userId);
        });
  }

  static String memberships(List<String> projects, String userId) {
    return WireJson.object(
        json -> {
          json.writeArrayFieldStart("memberships");
          for (String project : projects) {
            json.writeStartObject();
            json.writeStringField("projectId", project);
            json.writeStringField("name", project);
            json.writeStringField("displayName", project);
            json.writeStringField("userId", userId);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  static String token(Minted minted) {
    return WireJson.object(
        json -> {
          json.writeStringField("token", minted.text());
          json.writeStringField("id", minted.token().id());
          json.writeStringField("expiresAt", minted.token().expiresAt().toString());
        });
  }
}
