package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class ParsingPropertiesTest {
  @Provide
  Arbitrary<String> texts() {
    return Nasty.texts();
  }

  @Provide
  Arbitrary<String> names() {
    return Nasty.names();
  }

  @Provide
  Arbitrary<SecretRef> refs() {
    return Nasty.refs();
  }

  @Provide
  Arbitrary<String> variables() {
    return Arbitraries.strings().withChars("AZaz09_").ofMinLength(1).map(s -> "V" + s);
  }

  @Property
  void name_printed_parsesToItself(@ForAll("names") String text) {
    SecretName name = SecretName.parse(text);

    assertThat(SecretName.parse(name.toString())).isEqualTo(name).hasToString(text);
    assertThat(SecretName.parse(name.canonical())).isEqualTo(name);
  }

  @Property
  void ref_printed_parsesToItself(@ForAll("refs") SecretRef ref) {
    assertThat(SecretRef.parse(ref.toString())).isEqualTo(ref).hasToString(ref.toString());
    assertThat(SecretRef.parseShort(ref.toShortString())).isEqualTo(ref);
  }

  @Property
  void binding_printed_parsesToItself(
      @ForAll("variables") String variable, @ForAll("refs") SecretRef ref) {
    var binding = new SecretBinding(variable, ref);

    assertThat(SecretBinding.parse(binding.toString())).isEqualTo(binding);
    assertThat(SecretBinding.parse(variable + "=" + ref)).isEqualTo(binding);
    assertThat(SecretBinding.parse(variable + "=" + ref.toShortString())).isEqualTo(binding);
  }

  @Property(tries = 5000)
  void anyText_parsesToWhatPrintsBackOrSaysWhere(@ForAll("texts") String text) {
    parsesOrSaysWhere(text, SecretName::parse);
    parsesOrSaysWhere(text, SecretRef::parseShort, SecretRef::toShortString);
    parsesOrSaysWhere(text, SecretRef::parse);
    parsesOrSaysWhere("secret://" + text, SecretRef::parse);
    parsesOrSaysWhere("secret://a#" + text, SecretRef::parse);
    parsesOrSaysWhere("secret://a?" + text, SecretRef::parse);
    parsesOrSaysWhere(text, SecretBinding::parse);
    parsesOrSaysWhere("FOO=" + text, SecretBinding::parse);
    parsesOrSaysWhere("FOO=a#/" + text, SecretBinding::parse);
  }

  private static void parsesOrSaysWhere(String text, Function<String, ?> parser) {
    parsesOrSaysWhere(text, parser, Object::toString);
  }

  private static <T> void parsesOrSaysWhere(
      String text, Function<String, T> parser, Function<T, String> printer) {
    T parsed;
    try {
      parsed = parser.apply(text);
    } catch (MalformedSecretException e) {
      assertThat(e.position()).isPresent();
      assertThat(e.position().getAsInt()).isBetween(0, text.length());
      assertThat(e.getMessage()).matches("[\\x20-\\x7E]*");
      return;
    }
    T again = parser.apply(printer.apply(parsed));
    assertThat(again).isEqualTo(parsed).hasToString(parsed.toString());
  }

  @Property
  void offeredName_isLegal(@ForAll("texts") String text, @ForAll String other) {
    offersLegalName(text);
    offersLegalName(other);
    offersLegalName(other + text);
    offersLegalName("a.".repeat(120) + text + "b".repeat(70));
  }

  private static void offersLegalName(String text) {
    try {
      SecretName.parse(text);
    } catch (MalformedSecretException e) {
      String remedy = e.remedy();
      if (!remedy.isEmpty()) {
        assertThat(remedy).startsWith("Nearest legal name: ").endsWith(".");
        String offer = remedy.substring("Nearest legal name: ".length(), remedy.length() - 1);
        assertThat(SecretName.parse(offer)).hasToString(offer);
      }
    }
  }

  @Property
  void pointer_anyText_isAcceptedPlainIfAndOnlyIfItPrints(@ForAll("texts") String text) {
    SecretRef ref;
    try {
      ref = SecretRef.parse("secret://a").withField(text);
    } catch (MalformedSecretException e) {
      return;
    }
    assertThat(SecretRef.parse(ref.toString()).field()).hasValue(text);
  }

  /** A stretch of a text with references, and what it stands for. */
  record Part(String written, String expected) {}

  @Provide
  Arbitrary<List<Part>> parts() {
    Arbitrary<Part> plain =
        Nasty.texts()
            .filter(text -> !text.contains("${secret://"))
            .map(text -> text.replace("$", "").replace("\uD83D", "").replace("\uDD11", ""))
            .map(text -> new Part(text, text));
    Arbitrary<Part> ref =
        Nasty.refs().map(r -> new Part("${" + r + "}", "<" + r.asRequired().toShortString() + ">"));
    Arbitrary<Part> escape =
        Arbitraries.of(
            new Part("$${secret://", "${secret://"), new Part("$$${secret://", "$${secret://"));
    return Arbitraries.oneOf(plain, ref, escape).list().ofMaxSize(8);
  }

  @Property
  void template_resolved_isTheConcatenation(@ForAll("parts") List<Part> parts) {
    var written = new StringBuilder("text ");
    var expected = new StringBuilder("text ");
    var resolver = new FakeResolver();
    for (Part part : parts) {
      written.append(part.written);
      expected.append(part.expected);
      if (part.expected.startsWith("<")) {
        resolver.with(part.expected.substring(1, part.expected.length() - 1), part.expected);
      }
    }
    try (var environment = environment(written.toString(), resolver)) {
      assertThat(environment.get("X")).isEqualTo(expected.toString());
      try (SecretValue value = environment.value("X")) {
        assertThat(value.reveal()).isEqualTo(expected.toString());
      }
    }
    assertThat(resolver.handedOut).allSatisfy(SecretValueTest::assertClosed);
  }

  @Property(tries = 5000)
  void anyVariable_isReadOrRefusedWithItsName(@ForAll("texts") String text) {
    var resolver = new FakeResolver().with("a", "1").with("db", "2");
    var environment = environment(text, resolver);
    List<SecretException> failures = new ArrayList<>();
    try {
      environment.get("X");
    } catch (SecretException e) {
      failures.add(e);
    }
    try {
      environment.value("X").close();
    } catch (SecretException e) {
      failures.add(e);
    }
    assertThat(failures).allSatisfy(e -> assertThat(e.getMessage()).startsWith("X: "));
  }

  private static SecretEnvironment environment(String raw, FakeResolver resolver) {
    return SecretEnvironment.builder()
        .environment(Map.of("X", raw))
        .role(ProcessRole.WORK)
        .resolver(resolver)
        .build();
  }
}
