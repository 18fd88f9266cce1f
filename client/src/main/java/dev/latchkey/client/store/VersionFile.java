package dev.latchkey.client.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.spi.SecretIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The content of one file of a {@link DirectoryStore}: a version of a secret, or the mark of a
 * deletion. Immutable if the array is left alone.
 *
 * <p>Reading it stands between the start of a process and its first secret. So the JSON is taken
 * apart token by token, without a lambda.
 *
 * @param identity its name is as written
 * @param since the first version since the last deletion, or of those that this deletion ends; it
 *     spares a look at all the files between
 * @param createdAt when the version was made
 * @param ciphertext null for the mark of a deletion
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
record VersionFile(
    SecretIdentity identity, long since, Instant createdAt, byte @Nullable [] ciphertext) {
  /** What a file is refused beyond: room for the largest value in base64, twice over. */
  static final int MAX_BYTES = 2 << 20;

  private static final String FORMAT = "latchkey.secret.v1";
  private static final int LONGEST_NUMBER = 19;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxDocumentLength(MAX_BYTES)
                  .maxStringLength(MAX_BYTES)
                  .maxNumberLength(LONGEST_NUMBER)
                  .maxNestingDepth(1)
                  .build())
          .build();

  // In full, since the short form hides from the null checker that the array may be absent.
  VersionFile(
      SecretIdentity identity, long since, Instant createdAt, byte @Nullable [] ciphertext) {
    this.identity = identity;
    this.since = since;
    this.createdAt = createdAt;
    this.ciphertext = ciphertext;
  }

  boolean deleted() {
    return ciphertext == null;
  }

  /** Returns the file's place in its store, as messages give it. */
  static String path(SecretIdentity identity) {
    return identity.project()
        + "/"
        + identity.name().canonical()
        + "/"
        + identity.version()
        + ".json";
  }

  /** Returns the text of the file, on lines of its own for people and for version control. */
  byte[] json() {
    byte[] ciphertext = this.ciphertext;
    // No part needs an escape: each is of letters, digits and a few marks.
    var json = new StringBuilder(256);
    json.append("{\n  \"format\": \"").append(FORMAT);
    json.append("\",\n  \"project\": \"").append(identity.project());
    json.append("\",\n  \"name\": \"").append(identity.name());
    json.append("\",\n  \"version\": ").append(identity.version());
    json.append(",\n  \"since\": ").append(since);
    json.append(",\n  \"createdAt\": \"").append(createdAt);
    if (ciphertext == null) {
      json.append("\",\n  \"deleted\": true\n}\n");
    } else {
      json.append("\",\n  \"ciphertext\": \"");
      json.append(Base64.getEncoder().encodeToString(ciphertext)).append("\"\n}\n");
    }
    return json.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Returns the version that a file holds.
   *
   * @param expected what the file's place says that it is
   * @throws SecretProtocolException if it holds anything else, or more, or less
   */
  static VersionFile parse(byte[] json, SecretIdentity expected) {
    try (JsonParser in = JSON.createParser(json)) {
      return new Reading(expected).read(in);
    } catch (IOException
        | DateTimeException
        | IllegalArgumentException
        | MalformedSecretException e) {
      throw StoreFailures.damaged(expected);
    }
  }

  /** Loads the classes that reading a file takes, by reading one. */
  static void load() {
    String sample =
        "{\"format\":\"latchkey.secret.v1\",\"project\":\"p\",\"name\":\"n\",\"version\":1,"
            + "\"since\":1,\"createdAt\":\"2000-01-01T00:00:00Z\",\"ciphertext\":\"AA==\"}";
    VersionFile unused =
        parse(
            sample.getBytes(StandardCharsets.US_ASCII),
            new SecretIdentity("p", SecretName.parse("n"), 1));
  }

  /** The fields, as far as they have come. */
  private static final class Reading {
    private final SecretIdentity expected;
    private @Nullable String project;
    private @Nullable SecretName name;
    private @Nullable Instant createdAt;
    private byte @Nullable [] ciphertext;
    private long version;
    private long since;
    private boolean deleted;
    private boolean formatted;

    Reading(SecretIdentity expected) {
      this.expected = expected;
    }

    VersionFile read(JsonParser in) throws IOException {
      require(in.nextToken() == JsonToken.START_OBJECT);
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        field(in, in.currentName());
      }
      require(in.currentToken() == JsonToken.END_OBJECT && in.nextToken() == null);
      Instant createdAt = this.createdAt;
      SecretName name = this.name;
      if (!formatted || project == null || name == null || createdAt == null) {
        throw new IOException("a field is missing");
      }
      require(deleted == (ciphertext == null));
      require(since >= 1 && since <= (deleted ? version - 1 : version));
      if (version != expected.version()
          || !expected.project().equals(project)
          || !expected.name().equals(name)) {
        throw StoreFailures.misplaced(expected);
      }
      return new VersionFile(
          new SecretIdentity(expected.project(), name, version), since, createdAt, ciphertext);
    }

    private void field(JsonParser in, String field) throws IOException {
      JsonToken token = in.nextToken();
      switch (field) {
        case "format" -> {
          if (!text(in, token).equals(FORMAT)) {
            throw StoreFailures.unknownFormat(expected);
          }
          formatted = true;
        }
        case "project" -> project = text(in, token);
        case "name" -> name = SecretName.parse(text(in, token));
        case "version" -> version = number(in, token);
        case "since" -> since = number(in, token);
        case "createdAt" -> createdAt = Instant.parse(text(in, token));
        case "ciphertext" -> ciphertext = base64(text(in, token));
        case "deleted" -> {
          require(token == JsonToken.VALUE_TRUE);
          deleted = true;
        }
        // A later format that knows more has another marker, which comes first.
        default -> require(false);
      }
    }

    private static String text(JsonParser in, JsonToken token) throws IOException {
      require(token == JsonToken.VALUE_STRING);
      return in.getText();
    }

    private static long number(JsonParser in, JsonToken token) throws IOException {
      require(token == JsonToken.VALUE_NUMBER_INT);
      return in.getLongValue();
    }

    private static byte[] base64(String text) throws IOException {
      byte[] bytes = Base64.getDecoder().decode(text);
      // The decoder lets padding be absent and spare bits be set: two spellings of one ciphertext.
      require(Base64.getEncoder().encodeToString(bytes).equals(text));
      return bytes;
    }

    private static void require(boolean wellFormed) throws IOException {
      if (!wellFormed) {
        throw new IOException("not a version");
      }
    }
  }
}
