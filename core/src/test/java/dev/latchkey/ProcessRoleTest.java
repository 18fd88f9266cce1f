package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcessRoleTest {
  @ParameterizedTest
  @CsvSource({"flow, FLOW", "FLOW, FLOW", "work, WORK", "Work, WORK"})
  void of_role_ignoresCase(String text, ProcessRole role) {
    assertThat(ProcessRole.of(Map.of("LATCHKEY_ROLE", text))).hasValue(role);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " flow", "works", "admin"})
  void of_otherText_isRefusedAndNotRepeated(String text) {
    assertThatThrownBy(() -> ProcessRole.of(Map.of("LATCHKEY_ROLE", text)))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage("LATCHKEY_ROLE is neither flow nor work. Set it to the role of this process.");
  }

  @Test
  void of_none_isEmpty() {
    assertThat(ProcessRole.of(Map.of())).isEmpty();
  }

  @Test
  void toString_inTurkey_isTheSame() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    try {
      assertThat(ProcessRole.WORK).hasToString("work");
      assertThat(ProcessRole.FLOW).hasToString("flow");
    } finally {
      Locale.setDefault(before);
    }
  }
}
