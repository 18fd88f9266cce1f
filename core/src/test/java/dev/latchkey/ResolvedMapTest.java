package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

final class ResolvedMapTest {
  private final FakeResolver resolver = new FakeResolver().with("a", "alpha");
  private final Map<String, String> variables = new LinkedHashMap<>();

  private Map<String, String> map() {
    return SecretEnvironment.builder()
        .environment(variables)
        .role(ProcessRole.WORK)
        .resolver(resolver)
        .build()
        .asMap();
  }

  ResolvedMapTest() {
    variables.put("P", "plain");
    variables.put("A", "secret://a");
    variables.put("T", "user:hunter2@${secret://a}");
  }

  @Test
  void lookUps_ofNames_resolveNothing() {
    Map<String, String> map = map();

    assertThat(map.size()).isEqualTo(3);
    assertThat(map.isEmpty()).isFalse();
    assertThat(map.containsKey("A")).isTrue();
    assertThat(map.containsKey("B")).isFalse();
    assertThat(map.get("B")).isNull();
    assertThat(List.copyOf(map.keySet())).containsExactly("P", "A", "T");
    assertThat(map.keySet().contains("T")).isTrue();
    assertThat(map.toString()).isNotEmpty();
    assertThat(resolver.resolved).isEmpty();
  }

  @Test
  void reading_isAsFromAMapOfTexts() {
    Map<String, String> texts = Map.of("P", "plain", "A", "alpha", "T", "user:hunter2@alpha");

    assertThat(map()).isEqualTo(texts).hasSameHashCodeAs(texts);
    assertThat(texts).isEqualTo(map());
    assertThat(new HashMap<>(map())).isEqualTo(texts);
    assertThat(map().entrySet()).isEqualTo(texts.entrySet());
    assertThat(new ArrayList<>(map().values()))
        .containsExactly("plain", "alpha", "user:hunter2@alpha");
    assertThat(map().getOrDefault("B", "other")).isEqualTo("other");
    assertThat(map().containsValue("alpha")).isTrue();
  }

  @Test
  void optionalMissing_isNotThere() {
    variables.put("O", "secret://none?optional");
    Map<String, String> map = map();

    assertThat(map).hasSize(3).doesNotContainKey("O");
    assertThat(map.get("O")).isNull();
    assertThat(map.keySet()).containsExactly("P", "A", "T");

    resolver.with("none", "now");
    assertThat(map).hasSize(4).containsEntry("O", "now");
  }

  @Test
  void entry_ofAnOptionalThatIsDeletedMeanwhile_saysSo() {
    variables.clear();
    variables.put("O", "secret://a?optional");
    Map.Entry<String, String> entry = map().entrySet().iterator().next();
    resolver.remove("a");

    assertThatThrownBy(entry::getValue)
        .isInstanceOf(SecretNotFoundException.class)
        .hasMessage("O: the secret that it is bound to was deleted a moment ago.");
  }

  @Test
  void failure_isThatOfTheVariableAlone() {
    variables.put("N", "secret://none");
    Map<String, String> map = map();

    assertThat(map.get("A")).isEqualTo("alpha");
    assertThat(map).hasSize(4);
    assertThatThrownBy(() -> map.get("N"))
        .hasMessage("N: No secret named 'none'. Bound by secret://none. Create it.");
  }

  @Test
  void changes_areRefused() {
    Map<String, String> map = map();
    Iterator<Map.Entry<String, String>> entries = map.entrySet().iterator();
    Map.Entry<String, String> entry = entries.next();

    assertRefused(() -> map.put("B", "b"));
    assertRefused(() -> map.remove("A"));
    assertRefused(map::clear);
    assertRefused(() -> entry.setValue("b"));
    assertRefused(entries::remove);
    assertRefused(() -> map.keySet().remove("A"));
    assertRefused(() -> map.values().removeIf(text -> true));
    assertRefused(() -> map.replaceAll((name, text) -> ""));
    assertThat(map).hasSize(3);
  }

  private static void assertRefused(Runnable change) {
    assertThatThrownBy(change::run).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void iterator_pastTheEnd_throws() {
    Iterator<String> names = map().keySet().iterator();
    names.next();
    names.next();
    names.next();

    assertThat(names.hasNext()).isFalse();
    assertThatThrownBy(names::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void toString_showsReferencesAndNoText() {
    variables.put("E", "secret://?hunter2");
    variables.put("LATCHKEY_TOKEN", "hunter2");
    variables.put("TWO", "${secret://a}hunter2${secret://b}");

    assertThat(map().toString())
        .isEqualTo(
            "{P=[plain], A=secret://a, T=[text with secret://a], E=[malformed],"
                + " LATCHKEY_TOKEN=[plain], TWO=[text with secret://a, secret://b]}");
    assertThat(map().entrySet().iterator().next()).hasToString("P=[plain]");
  }
}
