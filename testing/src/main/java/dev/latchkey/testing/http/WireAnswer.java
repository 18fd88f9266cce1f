package dev.latchkey.testing.http;

import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.spi.SealedSecret;
import java.util.Base64;
import java.util.List;

/** The bodies of answers. */
final class WireAnswer {
  private static final int INVALID_ARGUMENT = 3;
  private static final int NOT_FOUND = 5;
  private static final int PERMISSION_DENIED = 7;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int UNIMPLEMENTED = 12;
  private static final int INTERNAL = 13;
  private static final int UNAVAILABLE = 14;
  private static final int UNAUTHENTICATED = 16;

  private WireAnswer() {}

  /** Returns an error. Nothing in a message of ours needs escaping. */
  static String error(int status, String message) {
    return "{\"code\":" + code(status) + ",\"message\":\"" + message + "\",\"details\":[]}";
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
    var json = new StringBuilder("{\"secrets\":[");
    for (int i = 0; i < queries.size(); i++) {
      json.append(i == 0 ? "" : ",").append("{\"name\":\"").append(queries.get(i).name());
      append(json, answers.get(i));
    }
    return json.append("]}").toString();
  }

  private static void append(StringBuilder json, CiphertextAnswer answer) {
    if (answer instanceof CiphertextAnswer.Sealed sealed) {
      append(json, sealed.secret());
    } else if (answer instanceof CiphertextAnswer.Unchanged unchanged) {
      json.append("\",\"status\":\"unchanged\",\"version\":")
          .append(unchanged.version())
          .append('}');
    } else if (answer instanceof CiphertextAnswer.Denied) {
      json.append("\",\"status\":\"denied\"}");
    } else {
      json.append("\",\"status\":\"not_found\"}");
    }
  }

  private static void append(StringBuilder json, SealedSecret secret) {
    json.append("\",\"status\":\"sealed\",\"version\":")
        .append(secret.identity().version())
        .append(",\"ciphertext\":\"")
        .append(Base64.getEncoder().encodeToString(secret.ciphertext()))
        .append("\",\"createdAt\":\"")
        .append(secret.createdAt())
        .append("\"}");
  }
}
