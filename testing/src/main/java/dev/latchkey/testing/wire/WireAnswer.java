package dev.latchkey.testing.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.spi.SealedSecret;
import java.io.IOException;
import java.util.List;

/** The bodies of answers. */
public final class WireAnswer {
  private static final int INVALID_ARGUMENT = 3;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int NOT_FOUND = 5;
  private static final int ALREADY_EXISTS = 6;
  private static final int PERMISSION_DENIED = 7;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int UNIMPLEMENTED = 12;
  private static final int INTERNAL = 13;
  private static final int UNAVAILABLE = 14;
  private static final int UNAUTHENTICATED = 16;

  private WireAnswer() {}

  /** Returns an error of a status. */
  public static String error(int status, String message) {
    return WireJson.object(
        json -> {
          json.writeNumberField("code", code(status));
          json.writeStringField("message", message);
          json.writeArrayFieldStart("details");
          json.writeEndArray();
        });
  }

  /** The codes are those of gRPC, as behind a gateway. */
  private static int code(int status) {
    return switch (status) {
      case 401 -> UNAUTHENTICATED;
      case 403 -> PERMISSION_DENIED;
      case 404 -> NOT_FOUND;
      case 405 -> UNIMPLEMENTED;
      case 408 -> DEADLINE_EXCEEDED;
      case 409 -> ALREADY_EXISTS;
      case 413, 429, 431 -> RESOURCE_EXHAUSTED;
      case 502, 503, 504 -> UNAVAILABLE;
      default -> status < 500 ? INVALID_ARGUMENT : INTERNAL;
    };
  }

  /** Returns what answers queries, in their order. */
  public static String secrets(List<CiphertextQuery> queries, List<CiphertextAnswer> answers) {
    return WireJson.object(
        json -> {
          json.writeArrayFieldStart("secrets");
          for (int i = 0; i < queries.size(); i++) {
            json.writeStartObject();
            json.writeStringField("name", queries.get(i).name().toString());
            write(json, answers.get(i));
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static void write(JsonGenerator json, CiphertextAnswer answer) throws IOException {
    if (answer instanceof CiphertextAnswer.Sealed sealed) {
      SealedSecret secret = sealed.secret();
      json.writeStringField("status", "sealed");
      json.writeNumberField("version", secret.identity().version());
      json.writeBinaryField("ciphertext", secret.ciphertext());
      json.writeStringField("createdAt", secret.createdAt().toString());
    } else if (answer instanceof CiphertextAnswer.Unchanged unchanged) {
      json.writeStringField("status", "unchanged");
      json.writeNumberField("version", unchanged.version());
    } else if (answer instanceof CiphertextAnswer.Denied) {
      json.writeStringField("status", "denied");
    } else {
      json.writeStringField("status", "not_found");
    }
  }
}
