package dev.latchkey.testing.service;

import static dev.latchkey.testing.wire.WireJson.bad;
import static dev.latchkey.testing.wire.WireJson.require;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireJson;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A body that creates or replaces a secret; closed when it is sealed. The value is {@code value},
 * as text, or {@code valueBase64}, which Lightning has not, for one that is no text.
 */
record NewValue(@Nullable SecretName name, String type, SecretValue value)
    implements AutoCloseable {
  /** The fields, as they come. */
  private static final class Reader implements WireJson.FieldReader {
    private @Nullable SecretName name;
    private String type = ManagementWire.NO_TYPE;
    private int quote = -1;
    private boolean base64;

    @Override
    public void read(String field, JsonParser parser) throws IOException, RefusedException {
      switch (field) {
        case "name" -> name = WireJson.name(parser);
        case "type" -> type = ManagementWire.type(WireJson.text(parser, "The type"));
        case "value", "valueBase64" -> {
          require(quote < 0, "The body has both value and valueBase64.");
          require(parser.currentToken() == JsonToken.VALUE_STRING, "The value is not text.");
          // It is not read by the parser, which would keep it.
          quote = (int) parser.currentTokenLocation().getByteOffset();
          base64 = field.equals("valueBase64");
        }
        default -> {}
      }
    }
  }

  static NewValue parse(byte[] body) throws RefusedException {
    var reader = new Reader();
    WireJson.read(body, reader);
    require(reader.quote >= 0, "The body has no value.");
    byte[] text = JsonText.utf8(body, reader.quote);
    return new NewValue(reader.name, reader.type, reader.base64 ? decoded(text) : value(text));
  }

  private static SecretValue value(byte[] text) throws RefusedException {
    try {
      SecretValue value = SecretValue.adopt(text);
      value.chars(); // Throws if it is not UTF-8.
      return value;
    } catch (SecretValueException e) {
      Arrays.fill(text, (byte) 0);
      throw bad(e.problem() + " " + e.remedy());
    }
  }

  private static SecretValue decoded(byte[] text) throws RefusedException {
    var bytes = new byte[text.length]; // Of one's own, to be wiped whatever becomes of it.
    try {
      int length = Base64.getDecoder().decode(text, bytes);
      return SecretValue.adopt(Arrays.copyOf(bytes, length));
    } catch (IllegalArgumentException e) {
      throw bad("valueBase64 is not base64 (RFC 4648, section 4).");
    } catch (SecretValueException e) {
      throw bad(e.problem() + " " + e.remedy());
    } finally {
      Arrays.fill(text, (byte) 0);
      Arrays.fill(bytes, (byte) 0);
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
