package dev.latchkey;

import static java.util.stream.Collectors.joining;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A variable of an environment and what its raw value stands for: a literal, a reference, a text
 * with references in it, or something malformed. The kinds differ in what reading them does.
 */
abstract sealed class Variable {
  private static final String ESCAPE = SecretRef.SCHEME + "/";

  final String name;
  final String raw;

  private Variable(String name, String raw) {
    this.name = name;
    this.raw = raw;
  }

  /** Returns the variable that the environment holds; never throws for what stands in it. */
  static Variable of(String name, String raw, Opener opener) {
    if (!raw.contains(SecretRef.SCHEME)) {
      return new Literal(name, raw, raw);
    }
    if (raw.startsWith(ESCAPE)) {
      return new Literal(name, raw, raw.substring(ESCAPE.length()));
    }
    try {
      if (raw.startsWith(SecretRef.SCHEME)) {
        return new Bound(name, raw, SecretRef.parse(raw), opener);
      }
      return new TemplateParser(name, raw, opener).parse();
    } catch (MalformedSecretException e) {
      // The remedy repeats text, and what a variable holds is not always what it was meant to.
      return new Malformed(name, raw, e.withoutRemedy(e.problem()));
    }
  }

  /** Returns the text; null for an optional secret that does not exist. */
  abstract @Nullable String text();

  /**
   * Returns the value, for the caller to close; null for an optional secret that does not exist.
   */
  abstract @Nullable SecretValue value();

  /** Returns the references in the variable, in order and each once. */
  List<SecretRef> refs() {
    return List.of();
  }

  /** Returns what a log may show of the variable: its references, and no other text of it. */
  abstract String outline();

  /** Tells whether the variable may turn out not to exist. */
  boolean optional() {
    return false;
  }

  /** A plain value. */
  static final class Literal extends Variable {
    private final String text;

    Literal(String name, String raw, String text) {
      super(name, raw);
      this.text = text;
    }

    @Override
    String text() {
      return text;
    }

    @Override
    SecretValue value() {
      try {
        return SecretValue.of(text);
      } catch (SecretValueException e) {
        throw e.of(name);
      }
    }

    @Override
    String outline() {
      return "[plain]";
    }
  }

  /** A value that is one reference. */
  static final class Bound extends Variable {
    private final SecretRef ref;
    private final Opener opener;
    private volatile @Nullable Supplier<String> view;

    Bound(String name, String raw, SecretRef ref, Opener opener) {
      super(name, raw);
      this.ref = ref;
      this.opener = opener;
    }

    @Override
    @Nullable String text() {
      try {
        Supplier<String> view = this.view;
        return (view != null ? view : open()).get();
      } catch (SecretException e) {
        if (isAbsence(e)) {
          return null;
        }
        throw e.of(name, ref);
      }
    }

    private Supplier<String> open() {
      Supplier<String> opened = opener.resolver().text(ref.asRequired());
      view = opened;
      return opened;
    }

    @Override
    @Nullable SecretValue value() {
      try {
        return opener.resolver().resolve(ref.asRequired());
      } catch (SecretException e) {
        if (isAbsence(e)) {
          return null;
        }
        throw e.of(name, ref);
      }
    }

    /** Tells whether a failure is none, because the secret is optional and does not exist. */
    private boolean isAbsence(SecretException e) {
      return ref.optional() && e instanceof SecretNotFoundException;
    }

    @Override
    String outline() {
      return ref.toString();
    }

    @Override
    List<SecretRef> refs() {
      return List.of(ref);
    }

    @Override
    boolean optional() {
      return ref.optional();
    }
  }

  /** A text with references in it; an optional one that does not exist stands for nothing. */
  static final class Template extends Variable {
    private final List<Variable> parts;

    Template(String name, String raw, List<Variable> parts) {
      super(name, raw);
      this.parts = List.copyOf(parts);
    }

    @Override
    String text() {
      return parts.stream().map(Variable::text).filter(Objects::nonNull).collect(joining());
    }

    @Override
    SecretValue value() {
      List<SecretValue> values = new ArrayList<>(parts.size());
      try {
        for (Variable part : parts) {
          SecretValue value = part.value();
          if (value != null) {
            values.add(value);
          }
        }
        return join(values);
      } finally {
        values.forEach(SecretValue::close);
      }
    }

    private SecretValue join(List<SecretValue> values) {
      long length = values.stream().mapToLong(value -> value.bytes().length).sum();
      if (length > SecretValue.MAX_BYTES) {
        throw SecretValue.tooLarge(length).of(name);
      }
      ByteBuffer joined = ByteBuffer.allocate((int) length);
      values.forEach(value -> joined.put(value.bytes()));
      return SecretValue.adopt(joined.array());
    }

    @Override
    List<SecretRef> refs() {
      return parts.stream().flatMap(part -> part.refs().stream()).distinct().toList();
    }

    @Override
    String outline() {
      return refs().stream().map(SecretRef::toString).collect(joining(", ", "[text with ", "]"));
    }
  }

  /** A value with something that is meant to be a reference and is none. */
  static final class Malformed extends Variable {
    final MalformedSecretException failure;

    Malformed(String name, String raw, MalformedSecretException failure) {
      super(name, raw);
      this.failure = failure;
    }

    @Override
    String outline() {
      return "[malformed]";
    }

    @Override
    String text() {
      throw failure.of(name);
    }

    @Override
    SecretValue value() {
      throw failure.of(name);
    }
  }
}
