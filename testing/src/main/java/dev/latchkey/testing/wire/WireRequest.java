package dev.latchkey.testing.wire;

import static dev.latchkey.testing.wire.WireJson.bad;
import static dev.latchkey.testing.wire.WireJson.name;
import static dev.latchkey.testing.wire.WireJson.number;
import static dev.latchkey.testing.wire.WireJson.require;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
    var secrets = new ArrayList<CiphertextQuery>();
    long[] waitSeconds = {0};
    WireJson.read(
        body,
        (field, parser) -> {
          switch (field) {
            case "secrets" -> secrets.addAll(queries(parser));
            case "waitSeconds" ->
                waitSeconds[0] =
                    number(parser, "waitSeconds", 0, FetchRequest.MAX_HOLD.toSeconds());
            default -> throw bad("The body has a field that is neither secrets nor waitSeconds.");
          }
        });
    require(!secrets.isEmpty(), "The body has no secrets.");
    return new WireRequest(secrets, Duration.ofSeconds(waitSeconds[0]));
  }

  private static List<CiphertextQuery> queries(JsonParser parser)
      throws IOException, RefusedException {
    require(parser.currentToken() == JsonToken.START_ARRAY, "secrets is not a list.");
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
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
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
}
