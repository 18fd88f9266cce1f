package dev.latchkey;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A reference to a secret: what command lines, process specs and environments carry in place of a
 * value.
 *
 * <pre>{@code
 * secret://my-secret                 the newest version
 * secret://my-secret?version=3       this version, whatever becomes newer
 * secret://db?version=3#/password    a field of a JSON value, as a JSON pointer (RFC 6901)
 * secret://maybe?optional            no error where there is no such secret or version
 * }</pre>
 *
 * <p>The short form leaves {@code secret://} out; it is understood only where a secret is already
 * expected, as in {@code --secret MY_APP_SECRET=my-secret}. The grammar is strict: an unknown or
 * repeated parameter, a version that is not 1 to 2<sup>63</sup>-1 without leading zeros, a host, a
 * port, a user or a path are errors, so that a mistyped pin never becomes "the newest". The pointer
 * is written as a URI fragment (RFC 3986 section 3.5, RFC 6901 section 6): what may not stand in
 * one is percent-encoded UTF-8.
 *
 * <p>Immutable and thread-safe. For every reference {@code r}, {@code parse(r.toString())} equals
 * {@code r}; names compare without regard to case.
 */
public final class SecretRef {
  /** What a reference starts with. */
  public static final String SCHEME = "secret://";

  private final SecretName name;
  private final long version;
  private final @Nullable String field;
  private final boolean optional;
  private final int hash;

  private SecretRef(SecretName name, long version, @Nullable String field, boolean optional) {
    this.name = name;
    this.version = version;
    this.field = field;
    this.optional = optional;
    this.hash = Objects.hash(name, version, field, optional);
  }

  /** Returns a reference to the newest version of a secret, whole. */
  public static SecretRef of(SecretName name) {
    return new SecretRef(name, 0, null, false);
  }

  /**
   * Returns the reference that a text spells in full, {@code secret://my-secret}.
   *
   * @throws MalformedSecretException if it is not well-formed; the message says why and where
   */
  public static SecretRef parse(String text) {
    if (!text.startsWith(SCHEME)) {
      throw new MalformedSecretException(
          "A reference starts with " + SCHEME + " (at character 1).", "", 0);
    }
    return parse(text, SCHEME.length(), text.length());
  }

  /**
   * Returns the reference that a text spells in short, {@code my-secret}.
   *
   * @throws MalformedSecretException if it is not well-formed; the message says why and where
   */
  public static SecretRef parseShort(String text) {
    return parse(text, 0, text.length());
  }

  /** Parses the short form in {@code text[start, end)}; positions count from the text's start. */
  static SecretRef parse(String text, int start, int end) {
    return new RefParser(text, start, end).parse();
  }

  /**
   * Returns this reference, pinned to a version.
   *
   * @param version from 1
   * @throws IllegalArgumentException if the version is below 1
   */
  public SecretRef withVersion(long version) {
    if (version < 1) {
      throw new IllegalArgumentException("A version is 1 or more, not " + version + ".");
    }
    return new SecretRef(name, version, field, optional);
  }

  /**
   * Returns this reference, to a field of a JSON value.
   *
   * @param pointer a JSON pointer (RFC 6901) such as {@code /password}, not percent-encoded
   * @throws MalformedSecretException if it is no JSON pointer, or is the empty one
   */
  public SecretRef withField(String pointer) {
    JsonPointers.check(pointer);
    return new SecretRef(name, version, pointer, optional);
  }

  /** Returns this reference, to the whole value. */
  public SecretRef asWhole() {
    return field == null ? this : new SecretRef(name, version, null, optional);
  }

  /** Returns this reference, with the absence of the secret not being an error. */
  public SecretRef asOptional() {
    return optional ? this : new SecretRef(name, version, field, true);
  }

  /** Returns this reference, with the absence of the secret being an error. */
  public SecretRef asRequired() {
    return optional ? new SecretRef(name, version, field, false) : this;
  }

  /** Returns the name of the secret. */
  public SecretName name() {
    return name;
  }

  /** Returns the version that the reference is pinned to, from 1; empty for the newest. */
  public OptionalLong version() {
    return version == 0 ? OptionalLong.empty() : OptionalLong.of(version);
  }

  /** Returns the JSON pointer of the field that is meant; empty for the whole value. */
  public Optional<String> field() {
    return Optional.ofNullable(field);
  }

  /** Tells whether the absence of the secret is no error. */
  public boolean optional() {
    return optional;
  }

  @Override
  public boolean equals(Object o) {
    return this == o
        || (o instanceof SecretRef other
            && hash == other.hash
            && version == other.version
            && optional == other.optional
            && name.equals(other.name)
            && Objects.equals(field, other.field));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Returns the reference in short, as after {@code --secret NAME=}. */
  public String toShortString() {
    var text = new StringBuilder(name.toString());
    char separator = '?';
    if (version != 0) {
      text.append(separator).append("version=").append(version);
      separator = '&';
    }
    if (optional) {
      text.append(separator).append("optional");
    }
    if (field != null) {
      text.append('#').append(JsonPointers.encode(field));
    }
    return text.toString();
  }

  /** Returns the reference in full, as in an environment variable. */
  @Override
  public String toString() {
    return SCHEME + toShortString();
  }
}
