package dev.latchkey.testing.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, read as strictly as can be: what a real service may pass over is told to
 * the maker of a client that is still in test.
 *
 * @param queries 1 to 100 questions
 * @param hold how long the answer may wait for news
 */
public record WireRequest(List<CiphertextQuery> queries, Duration hold) {
  /** Reads a body. */
  public static WireRequest parse(byte[] body) throws RefusedException {
    List<CiphertextQuery> queries = null;
    long waitSeconds = 0;
    try (JsonParser parser = WireJson.parser(body)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "The body is not a JSON object.");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        switch (parser.currentName()) {
          case "secrets" -> queries = queries(parser);
          case "waitSeconds" ->
              waitSeconds = number(parser, "waitSeconds", 0, FetchRequest.MAX_HOLD.toSeconds());
          default -> throw bad("The body has a field that is neither secrets nor waitSeconds.");
        }
      }
      require(parser.nextToken() == null, "Something follows the JSON of the body.");
    } catch (IOException e) {
      throw bad("The body is not well-formed JSON.");
    }
    if (queries == null) {
      throw bad("The body has no secrets.");
    }
    return new WireRequest(queries, Duration.ofSeconds(waitSeconds));
  }

  private static List<CiphertextQuery> queries(JsonParser parser)
      throws IOException, RefusedException {
    require(parser.nextToken() == JsonToken.START_ARRAY, "secrets is not a list.");
    List<CiphertextQuery> queries = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      require(token == JsonToken.START_OBJECT, "A secret is not an object.");
      queries.add(query(parser));
    }
    require(
        !queries.isEmpty() && queries.size() <= FetchRequest.MAX_QUERIES,
        "A request is for 1 to "
            + FetchRequest.MAX_QUERIES
            + " secrets, not "
            + queries.size()
            + ".");
    return queries;
  }

  private static CiphertextQuery query(JsonParser parser) throws IOException, RefusedException {
    SecretName name = null;
    OptionalLong version = OptionalLong.empty();
    OptionalLong known = OptionalLong.empty();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      switch (parser.currentName()) {
        case "name" -> name = name(parser);
        case "version" -> version = OptionalLong.of(number(parser, "A version", 1, Long.MAX_VALUE));
        case "knownVersion" ->
            known = OptionalLong.of(number(parser, "A knownVersion", 1, Long.MAX_VALUE));
        default -> throw bad("A secret has a field that is none of name, version, knownVersion.");
      }
    }
    return new CiphertextQuery(present(name), version, known);
  }

  private static SecretName present(@Nullable SecretName name) throws RefusedException {
    if (name == null) {
      throw bad("A secret has no name.");
    }
    return name;
  }

  private static SecretName name(JsonParser parser) throws IOException, RefusedException {
    require(parser.nextToken() == JsonToken.VALUE_STRING, "A name is not text.");
    try {
      return SecretName.parse(parser.getText());
    } catch (MalformedSecretException e) {
      throw bad(e.problem()); // The remedy may repeat the text.
    }
  }

  private static long number(JsonParser parser, String what, long min, long max)
      throws IOException, RefusedException {
    boolean legal =
        parser.nextToken() == JsonToken.VALUE_NUMBER_INT
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    long number = legal ? parser.getLongValue() : -1;
    require(
        number >= min && number <= max, what + " is a whole number, " + min + " to " + max + ".");
    return number;
  }

  private static void require(boolean condition, String otherwise) throws RefusedException {
    if (!condition) {
      throw bad(otherwise);
    }
  }

  private static RefusedException bad(String reason) {
    return new RefusedException(400, reason);
  }
}
