package dev.latchkey.client.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretName;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of a request for ciphertexts and of its answer. Strict in what it knows: an answer
 * that could be read in two ways is no answer. Fields that it does not know are passed over, so
 * that a service can be newer than its clients.
 */
final class CiphertextWire {
  private static final int MAX_DEPTH = 16;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CHARSET_DETECTION) // It is UTF-8 (RFC 8259, section 8.1).
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private CiphertextWire() {}

  /** A body that is not the answer to its request. Its message is safe to show. */
  static final class BadAnswerException extends Exception {
    private static final long serialVersionUID = 1L;

    BadAnswerException(String what) {
      super(what);
    }
  }

  static byte[] encode(FetchRequest request) {
    // Names are letters, digits, dashes and periods: nothing needs escaping.
    var json = new StringBuilder(64 * request.queries().size() + 64).append("{\"secrets\":[");
    char separator = 0;
    for (CiphertextQuery query : request.queries()) {
      if (separator != 0) {
        json.append(separator);
      }
      separator = ',';
      json.append("{\"name\":\"").append(query.name().canonical()).append('"');
      append(json, "version", query.version());
      append(json, "knownVersion", query.knownVersion());
      json.append('}');
    }
    json.append("],\"waitSeconds\":").append(request.hold().toSeconds()).append('}');
    return json.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void append(StringBuilder json, String field, OptionalLong number) {
    if (number.isPresent()) {
      json.append(",\"").append(field).append("\":").append(number.getAsLong());
    }
  }

  /** Returns what a body says to a request for secrets of a project. */
  static List<CiphertextAnswer> decode(String project, FetchRequest request, byte[] body)
      throws BadAnswerException {
    List<CiphertextAnswer> answers = null;
    try (JsonParser parser = JSON.createParser(body)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean known = parser.currentName().equals("secrets");
        JsonToken value = parser.nextToken();
        if (known) {
          require(value == JsonToken.START_ARRAY, "its secrets are not a list");
          answers = decodeSecrets(project, request.queries(), parser);
        } else {
          parser.skipChildren();
        }
      }
      require(parser.nextToken() == null, "something follows its JSON");
    } catch (IOException e) {
      // The parser's own message quotes the body.
      throw new BadAnswerException("it is not well-formed JSON");
    }
    if (answers == null) {
      throw new BadAnswerException("it has no secrets");
    }
    return answers;
  }

  private static List<CiphertextAnswer> decodeSecrets(
      String project, List<CiphertextQuery> queries, JsonParser parser)
      throws IOException, BadAnswerException {
    List<CiphertextAnswer> answers = new ArrayList<>(queries.size());
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      require(token == JsonToken.START_OBJECT, "a secret in it is not an object");
      require(answers.size() < queries.size(), "it has more secrets than were asked for");
      answers.add(new Entry(parser).answer(project, queries.get(answers.size())));
    }
    require(answers.size() == queries.size(), "it has fewer secrets than were asked for");
    return List.copyOf(answers);
  }

  static void require(boolean condition, String otherwise) throws BadAnswerException {
    if (!condition) {
      throw new BadAnswerException(otherwise);
    }
  }

  static String text(JsonParser parser) throws IOException, BadAnswerException {
    require(parser.currentToken() == JsonToken.VALUE_STRING, "a field in it is not text");
    return parser.getText();
  }

  /** One secret of an answer, as it stands there. */
  private static final class Entry {
    private @Nullable String name;
    private @Nullable String status;
    private @Nullable String ciphertext;
    private @Nullable String createdAt;
    private long version;

    Entry(JsonParser parser) throws IOException, BadAnswerException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "name" -> name = text(parser);
          case "status" -> status = text(parser);
          case "ciphertext" -> ciphertext = text(parser);
          case "createdAt" -> createdAt = text(parser);
          case "version" -> version = version(parser);
          default -> parser.skipChildren();
        }
      }
    }

    private static long version(JsonParser parser) throws IOException, BadAnswerException {
      require(
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT, "a version in it is not an integer");
      long version = parser.getLongValue();
      require(version >= 1, "a version in it is below 1");
      return version;
    }

    CiphertextAnswer answer(String project, CiphertextQuery query) throws BadAnswerException {
      require(isFor(query.name()), "it is not in the order of the request");
      return switch (status == null ? "" : status) {
        case "sealed" -> new CiphertextAnswer.Sealed(sealed(project, query));
        case "unchanged" -> unchanged(query);
        case "not_found" -> new CiphertextAnswer.NotFound(Optional.empty());
        case "denied" -> new CiphertextAnswer.Denied();
        default -> throw new BadAnswerException("a secret in it has no known status");
      };
    }

    private CiphertextAnswer unchanged(CiphertextQuery query) throws BadAnswerException {
      checkVersion(query);
      require(
          query.knownVersion().isPresent() && query.knownVersion().getAsLong() == version,
          "it says unchanged of a version that is not the known one");
      return new CiphertextAnswer.Unchanged(version);
    }

    private boolean isFor(SecretName wanted) {
      try {
        return name != null
            && (name.equals(wanted.canonical()) || SecretName.parse(name).equals(wanted));
      } catch (MalformedSecretException e) {
        return false;
      }
    }

    private void checkVersion(CiphertextQuery query) throws BadAnswerException {
      require(version >= 1, "a secret in it has no version");
      require(
          query.version().isEmpty() || query.version().getAsLong() == version,
          "it has another version than was asked for");
    }

    private SealedSecret sealed(String project, CiphertextQuery query) throws BadAnswerException {
      checkVersion(query);
      if (ciphertext == null || createdAt == null) {
        throw new BadAnswerException("a sealed secret in it has no ciphertext or no time");
      }
      return new SealedSecret(
          new SecretIdentity(project, query.name(), version),
          base64(ciphertext),
          instant(createdAt));
    }

    private static Instant instant(String text) throws BadAnswerException {
      try {
        return Timestamps.parse(text);
      } catch (DateTimeException e) {
        throw new BadAnswerException("a time in it is not one of RFC 3339");
      }
    }
  }

  /** Decodes RFC 4648 base64 in the one form that an encoder gives: padded, spare bits zero. */
  private static byte[] base64(String text) throws BadAnswerException {
    String problem = "a ciphertext in it is not base64";
    int length = text.length();
    require(length % 4 == 0, problem);
    String zeroBits = text.endsWith("==") ? "AQgw" : "AEIMQUYcgkosw048";
    require(
        !text.endsWith("=")
            || zeroBits.indexOf(text.charAt(length - (text.endsWith("==") ? 3 : 2))) >= 0,
        problem);
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      require(
          bytes.length <= SealedSecret.MAX_CIPHERTEXT_BYTES,
          "a ciphertext in it is over the limit");
      return bytes;
    } catch (IllegalArgumentException e) {
      throw new BadAnswerException(problem);
    }
  }
}
