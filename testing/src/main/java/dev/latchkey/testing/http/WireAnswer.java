package dev.latchkey.testing.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.spi.SealedSecret;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** The bodies of answers. */
final class WireAnswer {
  private static final JsonFactory JSON = new JsonFactory();

  private static final int INVALID_ARGUMENT = 3;
  private static final int NOT_FOUND = 5;
  private static final int PERMISSION_DENIED = 7;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int UNIMPLEMENTED = 12;
  private static final int INTERNAL = 13;
  private static final int UNAVAILABLE = 14;
  private static final int UNAUTHENTICATED = 16;

  private WireAnswer() {}

  /** Writes the fields of the object that a body is. */
  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private static String object(Fields fields) {
    var body = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A string can always be written to.
    }
    return body.toString();
  }

  static String error(int status, String message) {
    return object(
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
      case 413, 429 -> RESOURCE_EXHAUSTED;
      case 502, 503, 504 -> UNAVAILABLE;
      default -> status < 500 ? INVALID_ARGUMENT : INTERNAL;
    };
  }

  static String secrets(List<CiphertextQuery> queries, List<CiphertextAnswer> answers) {
    return object(
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
