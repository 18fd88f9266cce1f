package dev.latchkey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretValueTest {
  private static final String NOT_TEXT =
      "The value is not UTF-8 text. Read its bytes with SecretValue.bytes(), in a process that is"
          + " started by reference.";

  static void assertClosed(SecretValue value) {
    assertThatThrownBy(value::bytes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("This secret value is closed.");
    assertThatThrownBy(value::chars).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(value::reveal).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void close_afterUse_overwritesBytesAndChars() {
    byte[] bytes = "hunter2".getBytes(UTF_8);
    SecretValue value = SecretValue.adopt(bytes);
    char[] chars = value.chars();
    assertThat(value.bytes()).isSameAs(bytes);
    assertThat(chars).containsExactly("hunter2".toCharArray());
    assertThat(value.chars()).isSameAs(chars);

    value.close();
    value.close();

    assertThat(bytes).containsOnly(0);
    assertThat(chars).containsOnly('\0');
    assertClosed(value);
  }

  @Test
  void copyOf_thenClose_leavesTheOriginal() {
    byte[] bytes = {1, 2};
    try (SecretValue value = SecretValue.copyOf(bytes)) {
      assertThat(value.bytes()).isNotSameAs(bytes).containsExactly(1, 2);
    }
    assertThat(bytes).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "é", "€", "\uD83D\uDD11", "a\uFFFDb", "\0", "mixed é€\uD83D\uDD11 text"})
  void of_text_isItsUtf8AndBack(String text) {
    try (SecretValue value = SecretValue.of(text)) {
      assertThat(value.bytes()).isEqualTo(text.getBytes(UTF_8));
      assertThat(value.reveal()).isEqualTo(text);
      assertThat(new String(value.chars())).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uD83D", "a\uDD11", "\uD83Da", "ab\uDD11\uD83D"})
  void of_loneSurrogate_isRefused(String text) {
    assertThatThrownBy(() -> SecretValue.of(text))
        .isInstanceOf(SecretValueException.class)
        .hasMessage("The text has half of a surrogate pair. Pass whole characters, or bytes.")
        .hasNoCause();
  }

  static Stream<byte[]> notText() {
    return Stream.of(
        new byte[] {(byte) 0xFF},
        new byte[] {'a', (byte) 0xC3},
        new byte[] {(byte) 0xC0, (byte) 0x80},
        new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        new byte[] {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD, (byte) 0x80});
  }

  @ParameterizedTest
  @MethodSource("notText")
  void text_ofOtherBytes_isRefused(byte[] bytes) {
    try (SecretValue value = SecretValue.copyOf(bytes)) {
      assertThatThrownBy(value::reveal)
          .isInstanceOf(SecretValueException.class)
          .hasMessage(NOT_TEXT)
          .hasNoCause();
      assertThatThrownBy(value::chars)
          .isInstanceOf(SecretValueException.class)
          .hasMessage(NOT_TEXT);
      assertThat(value.bytes()).isEqualTo(bytes);
    }
  }

  @Test
  void size_oneMebibyte_isTheMost() {
    String message =
        "A value of 1048577 bytes is over the limit of 1048576. Store a smaller one, or the key of a"
            + " file that is encrypted with it.";
    String most = "é".repeat(SecretValue.MAX_BYTES / 2);
    byte[] over = new byte[SecretValue.MAX_BYTES + 1];
    Arrays.fill(over, (byte) 'x');

    try (SecretValue text = SecretValue.of(most);
        SecretValue bytes = SecretValue.adopt(new byte[SecretValue.MAX_BYTES])) {
      assertThat(text.bytes()).hasSize(SecretValue.MAX_BYTES);
      assertThat(bytes.bytes()).hasSize(SecretValue.MAX_BYTES);
    }
    assertThatThrownBy(() -> SecretValue.of(most + "x"))
        .isInstanceOf(SecretValueException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> SecretValue.copyOf(over)).hasMessage(message);
    assertThat(over).containsOnly('x');
    assertThatThrownBy(() -> SecretValue.adopt(over)).hasMessage(message);
    assertThat(over).containsOnly(0);
  }

  @Test
  void of_textOfGigabytes_isRefusedWithoutRoomForIt() {
    var endless =
        new CharSequence() {
          @Override
          public int length() {
            return Integer.MAX_VALUE / 3 + 1;
          }

          @Override
          public char charAt(int index) {
            return '€';
          }

          @Override
          public CharSequence subSequence(int start, int end) {
            throw new AssertionError("copied");
          }
        };

    assertThatThrownBy(() -> SecretValue.of(endless))
        .isInstanceOf(SecretValueException.class)
        .hasMessageStartingWith("A value of 2147483649 bytes is over the limit");
  }

  @Test
  void equals_comparesBytesOfOpenValues() {
    SecretValue one = SecretValue.of("same");
    SecretValue two = SecretValue.of("same");
    SecretValue other = SecretValue.of("diff");

    assertThat(one).isEqualTo(two).isNotEqualTo(other).isNotEqualTo("same");

    assertThat(one).hasSameHashCodeAs(other).hasSameHashCodeAs(two);

    one.close();
    assertThat(one).isNotEqualTo(two);
    assertThat(two).isNotEqualTo(one);
    two.close();
    assertThat(one).isNotEqualTo(two);
  }

  @Test
  void toString_isTheSameForAll() {
    assertThat(SecretValue.of("hunter2")).hasToString("SecretValue[redacted]");
    assertThat(SecretValue.of("")).hasToString("SecretValue[redacted]");
  }

  @Test
  void mappersAndStreams_findNothing() {
    assertThat(SecretValue.class).isFinal();
    assertThat(Serializable.class.isAssignableFrom(SecretValue.class)).isFalse();
    assertThat(SecretValue.class.getFields())
        .allSatisfy(field -> assertThat(Modifier.isStatic(field.getModifiers())).isTrue());
    List<String> properties =
        Arrays.stream(SecretValue.class.getMethods())
            .filter(method -> method.getDeclaringClass() != Object.class)
            .map(Method::getName)
            .filter(name -> name.matches("(get|is|set)[A-Z].*"))
            .toList();
    assertThat(properties).isEmpty();
    assertThat(SecretValue.class.getConstructors()).isEmpty();
  }
}
