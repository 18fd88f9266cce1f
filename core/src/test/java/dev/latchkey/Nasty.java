package dev.latchkey;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Texts for properties: legal parts, and near-misses made of the pieces that parsers look for. */
final class Nasty {
  private Nasty() {}

  static Arbitrary<String> texts() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "secret://",
            "${secret://",
            "$${secret://",
            "secret:///",
            "}",
            "$",
            "{",
            "?",
            "&",
            "#",
            "/",
            "~",
            "~0",
            "~1",
            "%",
            "%C3%A9",
            "%ff",
            "%7E",
            "version=",
            "version=1",
            "optional",
            "0",
            "9223372036854775807",
            "9223372036854775808",
            "a",
            "B",
            "db",
            "-",
            ".",
            "_",
            "=",
            ":",
            "@",
            "é",
            "\u202E",
            "\0",
            "\uD83D",
            "\uDD11",
            "\uD83D\uDD11",
            "１",
            " ",
            "FOO");
    return Arbitraries.frequencyOf(
            Tuple.of(8, pieces), Tuple.of(1, Arbitraries.strings().ofMaxLength(4)))
        .list()
        .ofMaxSize(12)
        .map(list -> String.join("", list));
  }

  static Arbitrary<String> names() {
    Arbitrary<String> inner = Arbitraries.strings().withChars("abzABZ019-").ofMaxLength(20);
    Arbitrary<String> letter = Arbitraries.strings().withChars("abzABZ").ofLength(1);
    Arbitrary<String> label =
        Combinators.combine(letter, inner)
            .as((first, rest) -> (first + rest).replaceAll("-+$", ""));
    return label.list().ofMinSize(1).ofMaxSize(5).map(labels -> String.join(".", labels));
  }

  static Arbitrary<SecretRef> refs() {
    Arbitrary<String> segment =
        Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(8),
                Arbitraries.strings().withChars("~/%}{$#?& é\u202E\0").ofMaxLength(6),
                Arbitraries.of("\uD83D\uDD11", "${secret://x}"))
            .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text))
            .map(text -> "/" + text.replace("~", "~0").replace("/", "~1"));
    Arbitrary<String> fields =
        segment.list().ofMaxSize(3).map(segments -> String.join("", segments));
    Arbitrary<Long> versions =
        Arbitraries.oneOf(Arbitraries.just(0L), Arbitraries.longs().between(1, Long.MAX_VALUE));
    return Combinators.combine(names(), versions, Arbitraries.of(true, false), fields)
        .as(
            (name, version, optional, field) -> {
              SecretRef ref = SecretRef.of(SecretName.parse(name));
              ref = version == 0 ? ref : ref.withVersion(version);
              ref = field.isEmpty() ? ref : ref.withField(field);
              return optional ? ref.asOptional() : ref;
            });
  }
}
