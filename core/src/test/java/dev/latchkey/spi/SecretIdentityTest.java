package dev.latchkey.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretIdentityTest {
  private static SecretIdentity identity(String project, String name, long version) {
    return new SecretIdentity(project, SecretName.parse(name), version);
  }

  @Test
  void associatedData_ofAnExample_isTheseBytes() {
    String hex =
        HexFormat.of().formatHex("latchkey.v1".getBytes(StandardCharsets.US_ASCII))
            + ("00000004" + "73686f70") // shop
            + ("00000004" + "64622e78") // db.x
            + ("00000002" + "3132"); // 12

    assertThat(identity("shop", "DB.x", 12).associatedData())
        .asHexString()
        .isEqualToIgnoringCase(hex);
  }

  @Provide
  Arbitrary<SecretIdentity> identities() {
    // Few letters and digits, so that parts run into one another as often as they can.
    Arbitrary<String> projects =
        Arbitraries.strings().withChars("a1").ofMinLength(1).ofMaxLength(3);
    Arbitrary<String> names =
        Arbitraries.strings().withChars("a1").ofMaxLength(3).map(rest -> "a" + rest);
    Arbitrary<Long> versions = Arbitraries.of(1L, 11L, 111L, 1111L);
    return Combinators.combine(projects, names, versions).as(SecretIdentityTest::identity);
  }

  @Property(tries = 5000)
  void associatedData_isTheSameIfAndOnlyIfTheIdentityIs(
      @ForAll("identities") SecretIdentity one, @ForAll("identities") SecretIdentity two) {
    assertThat(Arrays.equals(one.associatedData(), two.associatedData()))
        .isEqualTo(one.equals(two));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "1", "my_project", "01hz-x.y", "A", "a..b"})
  void checkProject_legal_isReturned(String project) {
    assertThat(SecretIdentity.checkProject(project)).isSameAs(project);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "-a", "_a", ".a", "a/b", "a b", "é", "a\0", "a\n", "ａ"})
  void checkProject_illegal_isRefusedAndNotRepeated(String project) {
    refused(project);
  }

  @Test
  void checkProject_length_isAtMost128() {
    assertThat(SecretIdentity.checkProject("a".repeat(128))).hasSize(128);
    refused("a".repeat(129));
  }

  private static void refused(String project) {
    assertThatThrownBy(() -> identity(project, "a", 1))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "The project is not well-formed. Use 1 to 128 letters, digits, dashes, underscores and"
                + " periods, the first a letter or digit.");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void constructor_versionBelowOne_isRefused(long version) {
    assertThatThrownBy(() -> identity("p", "a", version))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A version is 1 or more, not " + version + ".");
  }

  @Test
  void toString_namesAllParts() {
    assertThat(identity("shop", "Db", 3)).hasToString("'Db' version 3 in project 'shop'");
    assertThat(new SealedSecret(identity("shop", "Db", 3), new byte[9], Instant.EPOCH))
        .hasToString("SealedSecret['Db' version 3 in project 'shop', 9 bytes]");
  }
}
