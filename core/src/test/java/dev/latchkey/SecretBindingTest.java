package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SecretBindingTest {
  @ParameterizedTest
  @CsvSource({
    "MY_APP_SECRET=my-secret, MY_APP_SECRET, secret://my-secret",
    "MY_APP_SECRET=secret://my-secret, MY_APP_SECRET, secret://my-secret",
    "_=a, _, secret://a",
    "a1=db?version=3#/password, a1, secret://db?version=3#/password",
    "X=a#/k=v, X, secret://a#/k=v",
  })
  void parse_wellFormed_givesVariableAndReference(String text, String variable, String ref) {
    SecretBinding binding = SecretBinding.parse(text);

    assertThat(binding.variable()).isEqualTo(variable);
    assertThat(binding.ref()).hasToString(ref);
    assertThat(binding).hasToString(variable + "=" + ref.substring("secret://".length()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|A binding is VARIABLE=SECRET, and here the equals sign is missing (at the end).|0",
        "FOO|A binding is VARIABLE=SECRET, and here the equals sign is missing (at the end).|3",
        "=a|The name of a variable is missing (at character 1).|0",
        "1A=a|The name of a variable starts with no digit (at character 1).|0",
        "A_B-C=a|The name of a variable holds only letters, digits and underscores (at character 4).|3",
        "a-b=A|The name of a variable holds only letters, digits and underscores (at character 2). Did you swap the two? It is VARIABLE=SECRET.|1",
        "a.b=hunter2|The name of a variable holds only letters, digits and underscores (at character 2). Did you swap the two? It is VARIABLE=SECRET.|1",
        "ÄB=a|The name of a variable holds only letters, digits and underscores (at character 1).|0",
        "FOO=|FOO: A secret name is missing (at the end).|4",
        "FOO==|FOO: A secret name starts with a letter (at character 5).|4",
        "FOO=git_hub|FOO: A secret name holds only letters, digits, dashes and periods (at character 8).|7",
        "FOO=secret://a?version=0|FOO: A version is a number from 1, without leading zeros (at character 24).|23",
        "FOO=secret:///a|FOO: A reference has a name and no path (at character 14).|13",
        "FOO=SECRET://a|FOO: A reference has a name and no port (at character 11).|10",
      })
  void parse_malformed_saysRuleAndPlaceAndOffersNothing(String text, String message, int position) {
    var e = catchThrowableOfType(MalformedSecretException.class, () -> SecretBinding.parse(text));

    assertThat(e).hasMessage(message).hasNoCause();
    assertThat(e.position()).hasValue(position);
  }

  @Test
  void constructor_badVariable_isRefused() {
    SecretRef ref = SecretRef.parse("secret://a");

    assertThatThrownBy(() -> new SecretBinding("a b", ref))
        .isInstanceOf(MalformedSecretException.class)
        .hasMessage(
            "The name of a variable holds only letters, digits and underscores (at character 2).");
  }
}
