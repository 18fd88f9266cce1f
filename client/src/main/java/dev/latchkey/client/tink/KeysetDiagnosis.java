package dev.latchkey.client.tink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.latchkey.SecretConfigurationException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds out why a text is no usable keyset, which Tink does not tell. It only ever runs then. */
final class KeysetDiagnosis {
  private static final String TYPE_PREFIX = "type.googleapis.com/google.crypto.tink.";

  private boolean hasKeys;
  private boolean encrypted;
  private @Nullable String foreignType;
  private long primary = -1;
  private boolean primaryFound;
  private boolean primaryEnabled;

  private KeysetDiagnosis() {}

  /**
   * Returns what to throw for a text that Tink did not take.
   *
   * @param encrypted whether a key service was named for it
   */
  static SecretConfigurationException of(String json, boolean encrypted) {
    var diagnosis = new KeysetDiagnosis();
    // The primary key is told from the others by its id, which may come last: hence two passes.
    for (int pass = 0; pass < 2; pass++) {
      try (JsonParser parser = new JsonFactory().createParser(json)) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          return notJson(json.isBlank());
        }
        diagnosis.readKeyset(parser);
      } catch (IOException e) {
        return notJson(false);
      }
    }
    return diagnosis.conclude(encrypted);
  }

  private static SecretConfigurationException notJson(boolean blank) {
    return new SecretConfigurationException(
        blank ? "The keyset is empty." : "The keyset is not a JSON object.",
        "Give the whole text of a Tink keyset in its JSON form.");
  }

  private SecretConfigurationException conclude(boolean kmsNamed) {
    if (encrypted && !kmsNamed) {
      return new SecretConfigurationException(
          "The keyset is encrypted, and no key service is named for it.",
          "Set LATCHKEY_KEYSET_KMS_URI to the URI of the key that it is encrypted with.");
    }
    if (!encrypted && kmsNamed && hasKeys) {
      return new SecretConfigurationException(
          "The keyset is not encrypted, though a key service is named for it.",
          "Remove LATCHKEY_KEYSET_KMS_URI, or give the encrypted keyset.");
    }
    if (!encrypted && !hasKeys) {
      return new SecretConfigurationException(
          "The keyset is JSON, but not a Tink keyset with keys.",
          "Give the whole text of a Tink keyset in its JSON form.");
    }
    if (foreignType != null) {
      return new SecretConfigurationException(
          "The keyset holds a key of type " + foreignType + ", which does not seal secrets.",
          "Give a keyset for AEAD, such as AES256_GCM, or for hybrid encryption.");
    }
    if (!encrypted && !primaryFound) {
      return new SecretConfigurationException(
          "The primary key of the keyset is missing.", "Promote one of its keys with Tinkey.");
    }
    if (!encrypted && !primaryEnabled) {
      return new SecretConfigurationException(
          "The primary key of the keyset is not enabled.",
          "Enable it, or promote another key, with Tinkey.");
    }
    return new SecretConfigurationException(
        "The keyset is damaged, or holds keys of several kinds.",
        "Give the keyset as it was written, with keys for AEAD only or for hybrid encryption only.");
  }

  private void readKeyset(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("primaryKeyId") && value == JsonToken.VALUE_NUMBER_INT) {
        primary = parser.getLongValue();
      } else if (field.equals("encryptedKeyset")) {
        encrypted = true;
        parser.skipChildren();
      } else if (field.equals("keysetInfo") && value == JsonToken.START_OBJECT) {
        readKeyset(parser);
      } else if ((field.equals("key") || field.equals("keyInfo"))
          && value == JsonToken.START_ARRAY) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
          hasKeys = true;
          readKey(parser);
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  private void readKey(JsonParser parser) throws IOException {
    long id = -1;
    boolean enabled = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("keyData") && value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String inner = parser.currentName();
          parser.nextToken();
          if (inner.equals("typeUrl")) {
            foreign(parser.getText()).ifPresent(type -> foreignType = type);
          } else {
            parser.skipChildren();
          }
        }
      } else if (field.equals("typeUrl")) {
        foreign(parser.getText()).ifPresent(type -> foreignType = type);
      } else if (field.equals("keyId") && value == JsonToken.VALUE_NUMBER_INT) {
        id = parser.getLongValue();
      } else if (field.equals("status")) {
        enabled = parser.getText().equals("ENABLED");
      } else {
        parser.skipChildren();
      }
    }
    if (id == primary) {
      primaryFound = true;
      primaryEnabled = enabled;
    }
  }

  /** Returns the type of a key that is for something else; the text is shown only if a type's. */
  private static Optional<String> foreign(String typeUrl) {
    if (!typeUrl.startsWith(TYPE_PREFIX)) {
      return Optional.of("unknown to Tink");
    }
    String type = typeUrl.substring(TYPE_PREFIX.length());
    if (type.matches("(Aes(Gcm|Eax|GcmSiv|CtrHmacAead)|X?ChaCha20Poly1305|XAesGcm)Key")
        || type.matches("(Hpke|EciesAeadHkdf)(Private|Public)Key")) {
      return Optional.empty();
    }
    return Optional.of(type.matches("[A-Za-z0-9]{1,40}Key") ? type : "unknown to Tink");
  }
}
