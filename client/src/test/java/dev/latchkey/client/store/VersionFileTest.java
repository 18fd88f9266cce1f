package dev.latchkey.client.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.spi.SecretIdentity;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionFileTest {
  private static final SecretIdentity IDENTITY = identity("shop", "DB-Password", 3);
  private static final Instant TIME = Instant.parse("2026-11-01T09:30:00.250Z");
  private static final String WHOLE =
      """
      {
        "format": "latchkey.secret.v1",
        "project": "shop",
        "name": "DB-Password",
        "version": 3,
        "since": 2,
        "createdAt": "2026-11-01T09:30:00.250Z",
        "ciphertext": "AQID/w=="
      }
      """;
  private static final String DAMAGED =
      "The file shop/db-password/3.json is not a whole version of a secret. Restore it from a"
          + " backup or from version control; do not delete it, since its number must not come"
          + " again.";

  @Test
  void json_version_isReadable() {
    var file = new VersionFile(IDENTITY, 2, TIME, new byte[] {1, 2, 3, -1});
    assertThat(new String(file.json(), UTF_8)).isEqualTo(WHOLE);
  }

  @Test
  void json_deletion_isReadable() {
    var file = new VersionFile(IDENTITY, 2, TIME, null);
    assertThat(new String(file.json(), UTF_8))
        .isEqualTo(WHOLE.replace("\"ciphertext\": \"AQID/w==\"", "\"deleted\": true"));
  }

  @Test
  void parse_version_isWhatWasWritten() {
    VersionFile file = parse(WHOLE);
    assertThat(file.identity()).isEqualTo(IDENTITY);
    assertThat(file.identity().name()).hasToString("DB-Password");
    assertThat(file.since()).isEqualTo(2);
    assertThat(file.createdAt()).isEqualTo(TIME);
    assertThat(file.ciphertext()).containsExactly(1, 2, 3, -1);
    assertThat(file.deleted()).isFalse();
  }

  @Test
  void parse_otherLayoutOfTheSame_isRead() {
    assertThat(parse(WHOLE.replace("\n", "\r\n")).ciphertext()).containsExactly(1, 2, 3, -1);
    assertThat(parse(WHOLE.replaceAll("[ \n]", "")).ciphertext()).containsExactly(1, 2, 3, -1);
  }

  @Test
  void parse_anyVersion_isWhatWasWritten() {
    var random = new Random(11);
    for (int i = 0; i < 5_000; i++) {
      var identity = identity(project(random), name(random), random.nextLong(1, Long.MAX_VALUE));
      byte[] ciphertext = new byte[random.nextInt(100)];
      random.nextBytes(ciphertext);
      boolean deleted = identity.version() > 1 && random.nextInt(5) == 0;
      long since = random.nextLong(1, identity.version() + (deleted ? 0 : 1));
      Instant time = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      var written = new VersionFile(identity, since, time, deleted ? null : ciphertext);

      VersionFile read = VersionFile.parse(written.json(), identity);

      assertThat(read.identity()).isEqualTo(identity);
      assertThat(read.identity().name()).hasToString(identity.name().toString());
      assertThat(read.since()).isEqualTo(since);
      assertThat(read.createdAt()).isEqualTo(time);
      assertThat(read.ciphertext()).isEqualTo(deleted ? null : ciphertext);
    }
  }

  @Test
  void parse_everyPrefix_isRefused() {
    for (String whole : new String[] {WHOLE, WHOLE.replaceAll("\"cipher.*", "\"deleted\": true")}) {
      byte[] json = whole.getBytes(UTF_8);
      // All but the line's end after the closing brace is needed.
      assertThat(parse(whole.substring(0, json.length - 1)).since()).isEqualTo(2);
      for (int length = 0; length < json.length - 1; length++) {
        byte[] prefix = Arrays.copyOf(json, length);
        assertThatThrownBy(() -> VersionFile.parse(prefix, IDENTITY))
            .isExactlyInstanceOf(SecretProtocolException.class)
            .hasMessage(DAMAGED)
            .hasNoCause();
        // What some file systems leave after a power cut: the length is there, the bytes are not.
        byte[] zeros = Arrays.copyOf(prefix, json.length);
        assertThatThrownBy(() -> VersionFile.parse(zeros, IDENTITY)).hasMessage(DAMAGED);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\": 3 | \"version\": \"3\"",
        "\"version\": 3 | \"version\": 3.0",
        "\"version\": 3 | \"version\": 03",
        "\"version\": 3 | \"version\": -3",
        "\"version\": 3 | \"version\": null",
        "\"version\": 3 | \"version\": [3]",
        "\"version\": 3 | \"version\": {\"a\": 3}",
        "\"version\": 3 | \"version\": 18446744073709551619",
        "\"version\": 3 | \"version\": 3, \"version\": 3",
        "\"version\": 3 | \"version\": 3, \"deleted\": true",
        "\"version\": 3 | \"version\": 3, \"deleted\": false",
        "\"version\": 3 | \"version\": 3, \"more\": 1",
        "\"version\": 3 | \"more\": 3",
        "\"since\": 2 | \"since\": 0",
        "\"since\": 2 | \"since\": 4",
        "\"since\": 2 | \"since\": true",
        "\"shop\" | 7",
        "\"DB-Password\" | \"db_password\"",
        "\"DB-Password\" | \"\"",
        "\"DB-Password\" | null",
        "09:30 | 9:30",
        "\"AQID/w==\" | \"AQID/w\"",
        "\"AQID/w==\" | \"AQID/w=\"",
        "\"AQID/w==\" | \"AQID/x==\"",
        "\"AQID/w==\" | \"AQID_w==\"",
        "\"AQID/w==\" | \"AQID /w==\"",
        "\"AQID/w==\" | \"AQID\\u002fw==x\"",
        "\"AQID/w==\" | [\"AQID/w==\"]",
        "\"ciphertext\": \"AQID/w==\" | \"deleted\": false",
        "\"ciphertext\": \"AQID/w==\" | \"deleted\": \"true\"",
        "\"ciphertext\": | \"cipher\":",
        "\"latchkey.secret.v1\" | 1",
        "{ | [",
        "} | }}",
        "} | } {}",
        "} | } x",
        "} | , }",
        "{ | /* note */ {",
      })
  void parse_oneThingOff_isRefused(String right, String wrong) {
    assertThat(WHOLE).contains(right);
    assertThatThrownBy(() -> parse(WHOLE.replace(right, wrong)))
        .isExactlyInstanceOf(SecretProtocolException.class)
        .hasMessage(DAMAGED)
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"format", "project", "name", "version", "since", "createdAt"})
  void parse_fieldMissing_isRefused(String field) {
    String without = WHOLE.replaceFirst("  \"" + field + "\": .*\n", "");
    assertThat(without).isNotEqualTo(WHOLE);
    assertThatThrownBy(() -> parse(without)).hasMessage(DAMAGED);
  }

  @Test
  void parse_deletionOfNothing_isRefused() {
    String deletion =
        WHOLE.replaceAll("\"cipher.*", "\"deleted\": true").replace("\"since\": 2", "\"since\": 3");
    assertThatThrownBy(() -> parse(deletion)).hasMessage(DAMAGED);
  }

  @Test
  void parse_bytesThatAreNoText_isRefused() {
    byte[] noise = new byte[200];
    var random = new Random(3);
    for (int i = 0; i < 2_000; i++) {
      random.nextBytes(noise);
      assertThatThrownBy(() -> VersionFile.parse(noise, IDENTITY))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasNoCause();
    }
  }

  @Test
  void parse_deepNesting_isRefused() {
    String deep = WHOLE.replace("\"shop\"", "[".repeat(100_000));
    assertThatThrownBy(() -> parse(deep)).hasMessage(DAMAGED);
  }

  @Test
  void parse_laterFormat_saysSo() {
    String later = WHOLE.replace("secret.v1\"", "secret.v2\", \"more\": {}");
    assertThatThrownBy(() -> parse(later))
        .isExactlyInstanceOf(SecretProtocolException.class)
        .hasMessage(
            "The file shop/db-password/3.json is of a format unknown to this version. Use the"
                + " version of Latchkey that wrote it, or a newer one.");
  }

  @Test
  void parse_atAnotherPlace_isRefused() {
    for (SecretIdentity other :
        new SecretIdentity[] {
          identity("shop2", "DB-Password", 3),
          identity("Shop", "DB-Password", 3),
          identity("shop", "DB-Passwords", 3),
          identity("shop", "DB-Password", 4)
        }) {
      assertThatThrownBy(() -> VersionFile.parse(WHOLE.getBytes(UTF_8), other))
          .isExactlyInstanceOf(SecretProtocolException.class)
          .hasMessage(
              "The file "
                  + VersionFile.path(other)
                  + " holds another project, name or version than its path says. Restore it from a"
                  + " backup or from version control; do not delete it, since its number must not"
                  + " come again.");
    }
    assertThat(VersionFile.parse(WHOLE.getBytes(UTF_8), identity("shop", "db-PASSWORD", 3)))
        .isNotNull();
  }

  @Test
  void json_anyTime_isReadBack() {
    for (Instant time : List.of(Instant.MIN, Instant.EPOCH, Instant.MAX)) {
      byte[] json = new VersionFile(IDENTITY, 2, time, new byte[1]).json();
      assertThat(VersionFile.parse(json, IDENTITY).createdAt()).isEqualTo(time);
    }
  }

  private static VersionFile parse(String json) {
    return VersionFile.parse(json.getBytes(UTF_8), IDENTITY);
  }

  private static SecretIdentity identity(String project, String name, long version) {
    return new SecretIdentity(project, SecretName.parse(name), version);
  }

  private static String project(Random random) {
    return random.nextInt(10) + text(random, "abcXYZ019-_.", random.nextInt(100));
  }

  private static String name(Random random) {
    var name = new StringBuilder("n" + text(random, "abcXYZ019", random.nextInt(50)));
    for (int labels = random.nextInt(4); labels > 0; labels--) {
      name.append('.').append(text(random, "abcXYZ019", 1 + random.nextInt(20)));
      name.append("-z");
    }
    return name.toString();
  }

  private static String text(Random random, String alphabet, int length) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
