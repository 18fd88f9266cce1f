package dev.latchkey.testing.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretName;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** JSON as it goes over the wire: read strictly, written without spaces. */
public final class WireJson {
  private static final int MAX_DEPTH = 16;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION) // It is UTF-8 (RFC 8259, section 8.1).
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private WireJson() {}

  /** Writes the fields of an object. */
  public interface Fields {
    /** Writes them. */
    void write(JsonGenerator json) throws IOException;
  }

  /** Takes the fields of an object as they come. */
  public interface FieldReader {
    /** Takes one, whose value the parser is at; what is not read of it is passed over. */
    void read(String name, JsonParser parser) throws IOException, RefusedException;
  }

  /**
   * Reads an object, to its end.
   *
   * @throws RefusedException if a body is no such thing, or as the reader has it
   */
  public static void read(byte[] body, FieldReader reader) throws RefusedException {
    try (JsonParser parser = JSON.createParser(body)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "The body is not a JSON object.");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        reader.read(name, parser);
        parser.skipChildren();
      }
      require(parser.nextToken() == null, "Something follows the JSON of the body.");
    } catch (IOException e) {
      throw bad("The body is not well-formed JSON.");
    }
  }

  /** Refuses a body unless a condition holds. */
  public static void require(boolean condition, String otherwise) throws RefusedException {
    if (!condition) {
      throw bad(otherwise);
    }
  }

  /** Returns what refuses a body. */
  public static RefusedException bad(String reason) {
    return new RefusedException(400, reason);
  }

  /** Returns the text that a parser is at. */
  public static String text(JsonParser parser, String what) throws IOException, RefusedException {
    require(parser.currentToken() == JsonToken.VALUE_STRING, what + " is not text.");
    return parser.getText();
  }

  /** Returns the name that a parser is at. */
  public static SecretName name(JsonParser parser) throws IOException, RefusedException {
    String text = text(parser, "A name");
    try {
      return SecretName.parse(text);
    } catch (MalformedSecretException e) {
      throw bad(e.problem()); // The remedy may repeat the text.
    }
  }

  /** Returns the whole number that a parser is at. */
  public static long number(JsonParser parser, String what, long min, long max)
      throws IOException, RefusedException {
    boolean legal =
        parser.currentToken() == JsonToken.VALUE_NUMBER_INT
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    long number = legal ? parser.getLongValue() : -1;
    require(
        number >= min && number <= max, what + " is a whole number, " + min + " to " + max + ".");
    return number;
  }

  /** Returns the text of an object. */
  public static String object(Fields fields) {
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
}
