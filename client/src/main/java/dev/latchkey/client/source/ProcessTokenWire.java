package dev.latchkey.client.source;

import static dev.latchkey.client.source.CiphertextWire.require;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.latchkey.ProcessRole;
import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextWire.BadAnswerException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The bodies of what is asked about process tokens, and of the answers. */
final class ProcessTokenWire {
  /** What can be sent in a header, as {@link BearerToken} has it. */
  private static final Pattern TOKEN = Pattern.compile("[!-~]{1,16384}");

  /** What needs no escaping in a path, and is no dot-segment there. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private ProcessTokenWire() {}

  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  static byte[] mint(ProcessRole role, String app, Collection<SecretName> secrets, Duration ttl) {
    return object(
        json -> {
          json.writeStringField("role", role.toString());
          json.writeStringField("app", app);
          json.writeArrayFieldStart("secrets");
          for (SecretName name : secrets) {
            json.writeString(name.canonical());
          }
          json.writeEndArray();
          json.writeNumberField("ttlSeconds", ttl.toSeconds());
        });
  }

  static byte[] renew(Duration ttl) {
    return object(json -> json.writeNumberField("ttlSeconds", ttl.toSeconds()));
  }

  private static byte[] object(Fields fields) {
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = CiphertextWire.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory takes everything.
    }
    return bytes.toByteArray();
  }

  /** Returns the token in the answer to {@link #mint}. */
  static ProcessToken minted(byte[] body) throws BadAnswerException {
    var answer = new Answer(body);
    String token = answer.token;
    String id = answer.id;
    if (token == null || !TOKEN.matcher(token).matches()) {
      throw new BadAnswerException("it has no token that can be sent");
    }
    if (id == null || !ID.matcher(id).matches()) {
      throw new BadAnswerException("its token has no valid id");
    }
    return new ProcessToken(token, id, answer.expiresAt());
  }

  /** Returns when a token expires by the answer to {@link #renew}. */
  static Instant renewed(byte[] body, String id) throws BadAnswerException {
    var answer = new Answer(body);
    require(id.equals(answer.id), "it is about another token");
    return answer.expiresAt();
  }

  /** An answer, as it stands there; fields that are not known are passed over. */
  private static final class Answer {
    private @Nullable String token;
    private @Nullable String id;
    private @Nullable String expiresAt;

    Answer(byte[] body) throws BadAnswerException {
      try (JsonParser parser = CiphertextWire.JSON.createParser(body)) {
        require(parser.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          parser.nextToken();
          switch (field) {
            case "token" -> token = CiphertextWire.text(parser);
            case "id" -> id = CiphertextWire.text(parser);
            case "expiresAt" -> expiresAt = CiphertextWire.text(parser);
            default -> parser.skipChildren();
          }
        }
        require(parser.nextToken() == null, "something follows its JSON");
      } catch (IOException e) {
        // The parser's own message quotes the body.
        throw new BadAnswerException("it is not well-formed JSON");
      }
    }

    Instant expiresAt() throws BadAnswerException {
      try {
        if (expiresAt != null) {
          return Timestamps.parse(expiresAt);
        }
      } catch (DateTimeException e) {
        // Told below: its message quotes the text.
      }
      throw new BadAnswerException("it has no time of RFC 3339 at which the token expires");
    }
  }
}
