package dev.latchkey.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.JsonPointerBasedFilter;
import com.fasterxml.jackson.core.filter.TokenFilter.Inclusion;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.CharBuffer;
import java.util.Arrays;

/**
 * Takes a field out of a JSON value. Only references with a field load this class, as parsers cost
 * time at the start of a process.
 */
final class Fields {
  // Recycled buffers would keep pieces of values for as long as the thread lives.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
          .build();

  private Fields() {}

  /**
   * Returns the bytes of a field in a new array: the UTF-8 text of a string, the JSON text of
   * anything else.
   *
   * @param what the secret, for messages
   * @throws SecretValueException if the value is not JSON, or has no such field, or a null one
   */
  static byte[] take(byte[] json, String pointer, String what) {
    byte[] field = null;
    try (JsonParser whole = JSON.createParser(json)) {
      JsonParser parser =
          new FilteringParserDelegate(
              whole,
              new JsonPointerBasedFilter(JsonPointer.compile(pointer)),
              Inclusion.ONLY_INCLUDE_ALL,
              false);
      JsonToken token = parser.nextToken();
      if (token != null && token != JsonToken.VALUE_NULL) {
        field = read(parser, token);
      }
      while (whole.nextToken() != null) {
        // To the end: a value that is cut off, or has the field twice, has no field to trust.
      }
    } catch (IOException e) {
      if (field != null) {
        Arrays.fill(field, (byte) 0);
      }
      throw new SecretValueException(
          "The value of " + what + " is not JSON, so it has no field " + pointer + ".",
          "Store a JSON object, or leave the field out of the reference.");
    }
    if (field == null) {
      throw new SecretValueException(
          "The value of " + what + " has no field " + pointer + ".",
          "Correct the field in the reference, or add it to the value.");
    }
    return field;
  }

  private static byte[] read(JsonParser parser, JsonToken token) throws IOException {
    if (token.isScalarValue()) {
      char[] buffer = parser.getTextCharacters();
      int start = parser.getTextOffset();
      int length = parser.getTextLength();
      try (SecretValue value = SecretValue.of(CharBuffer.wrap(buffer, start, length))) {
        return value.bytes().clone();
      } finally {
        if (token == JsonToken.VALUE_STRING) {
          Arrays.fill(buffer, start, start + length, '\0');
        }
      }
    }
    var copy = new WipedOutput();
    try (copy;
        JsonGenerator generator = JSON.createGenerator(copy)) {
      generator.copyCurrentStructure(parser);
      generator.flush();
      return copy.toByteArray();
    }
  }

  private static final class WipedOutput extends ByteArrayOutputStream {
    @Override
    public void close() {
      Arrays.fill(buf, (byte) 0);
    }
  }
}
