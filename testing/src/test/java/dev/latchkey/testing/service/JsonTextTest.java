package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.testing.wire.RefusedException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\"",
        "\"plain\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\\u007f\\u0080\\u07FF\\u0800\\uffff\"",
        "\"\\ud83d\\uDE00 😀 äß€\"",
        "\"\\\\u0041\"",
      })
  void utf8_text_isWhatAParserReads(String json) throws Exception {
    byte[] bytes = json.getBytes(UTF_8);
    assertThat(JsonText.utf8(bytes, 0))
        .isEqualTo(JSON.readValue(json, String.class).getBytes(UTF_8));
  }

  @Test
  void utf8_anyText_isWhatWasWritten() throws Exception {
    var random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      String text =
          random
              .ints(random.nextInt(40), 0, random.nextBoolean() ? 0x100 : 0x11000)
              .filter(codePoint -> codePoint < 0xd800 || codePoint > 0xdfff)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      byte[] json = ("{\"x\":" + JSON.writeValueAsString(text) + "}").getBytes(UTF_8);
      assertThat(JsonText.utf8(json, 5)).isEqualTo(text.getBytes(UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\u0041\"",
        "\"\\ud83d\\n\""
      })
  void utf8_loneSurrogate_isRefused(String json) {
    byte[] bytes = json.getBytes(UTF_8);
    assertThatThrownBy(() -> JsonText.utf8(bytes, 0))
        .isInstanceOf(RefusedException.class)
        .hasMessage("The value has half of a surrogate pair.");
  }
}
