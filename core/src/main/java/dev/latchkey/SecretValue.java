package dev.latchkey;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a secret, for as long as they are needed: {@link #close} overwrites them. Use it in
 * a try block, and turn it into a {@link String} only where something asks for one.
 *
 * <p>{@link #toString} is redacted, {@link #equals} takes the same time wherever the values differ,
 * {@link #hashCode} tells nothing, and there is no property for a mapper to find. Not thread-safe.
 */
public final class SecretValue implements AutoCloseable {
  /** The most bytes of a value: 1 MiB. */
  public static final int MAX_BYTES = 1 << 20;

  private static final char REPLACEMENT = '\uFFFD';

  // Transient, since there are mappers that read the fields of any class.
  private transient byte @Nullable [] bytes;
  private transient char @Nullable [] chars;

  private SecretValue(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      Arrays.fill(bytes, (byte) 0);
      throw tooLarge(bytes.length);
    }
    this.bytes = bytes;
  }

  static SecretValueException tooLarge(long length) {
    return new SecretValueException(
        "A value of " + length + " bytes is over the limit of " + MAX_BYTES + ".",
        "Store a smaller one, or the key of a file that is encrypted with it.");
  }

  /**
   * Returns a value that owns the given array from now on, and overwrites it when it is closed.
   *
   * @throws SecretValueException if it is over {@link #MAX_BYTES}; the array is then overwritten
   */
  public static SecretValue adopt(byte[] bytes) {
    return new SecretValue(bytes);
  }

  /**
   * Returns a value with a copy of the given bytes.
   *
   * @throws SecretValueException if they are over {@link #MAX_BYTES}
   */
  public static SecretValue copyOf(byte[] bytes) {
    return new SecretValue(bytes.clone());
  }

  /**
   * Returns a value with the UTF-8 bytes of the given text.
   *
   * @throws SecretValueException if they are over {@link #MAX_BYTES}, or if the text has a lone
   *     surrogate
   */
  public static SecretValue of(CharSequence text) {
    long length = utf8Length(text);
    if (length > MAX_BYTES) {
      throw tooLarge(length);
    }
    byte[] bytes = new byte[(int) length];
    var encoder = StandardCharsets.UTF_8.newEncoder();
    if (!encoder.encode(CharBuffer.wrap(text), ByteBuffer.wrap(bytes), true).isUnderflow()) {
      Arrays.fill(bytes, (byte) 0);
      throw new SecretValueException(
          "The text has half of a surrogate pair.", "Pass whole characters, or bytes.");
    }
    return new SecretValue(bytes);
  }

  /** Returns the exact size of the encoding, so that encoding leaves no copy to overwrite. */
  private static long utf8Length(CharSequence text) {
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return length;
  }

  /**
   * Returns the bytes themselves, not a copy: they are zero once this value is closed. Do not
   * change them.
   *
   * @throws IllegalStateException if this value is closed
   */
  public byte[] bytes() {
    byte[] bytes = this.bytes;
    if (bytes == null) {
      throw new IllegalStateException("This secret value is closed.");
    }
    return bytes;
  }

  /**
   * Returns the text of the value, which is overwritten when this value is closed; the same array
   * each time. Do not change it.
   *
   * @throws SecretValueException if the value is not UTF-8 text
   * @throws IllegalStateException if this value is closed
   */
  public char[] chars() {
    byte[] bytes = bytes();
    if (chars == null) {
      chars = decode(bytes);
    }
    return chars;
  }

  /**
   * Returns the text of the value as a string, which nothing can overwrite: it stays in memory
   * until the garbage collector reuses its place.
   *
   * @throws SecretValueException if the value is not UTF-8 text
   * @throws IllegalStateException if this value is closed
   */
  public String reveal() {
    byte[] bytes = bytes();
    String text = new String(bytes, StandardCharsets.UTF_8);
    // The constructor puts this character where bytes are not text; only then is a strict look due.
    if (text.indexOf(REPLACEMENT) >= 0) {
      Arrays.fill(decode(bytes), '\0');
    }
    return text;
  }

  private static char[] decode(byte[] bytes) {
    CharBuffer buffer = CharBuffer.allocate(bytes.length);
    var decoder = StandardCharsets.UTF_8.newDecoder();
    if (decoder.decode(ByteBuffer.wrap(bytes), buffer, true).isError()) {
      Arrays.fill(buffer.array(), '\0');
      throw new SecretValueException(
          "The value is not UTF-8 text.",
          "Read its bytes with SecretValue.bytes(), in a process that is started by reference.");
    }
    char[] chars = Arrays.copyOf(buffer.array(), buffer.position());
    Arrays.fill(buffer.array(), '\0');
    return chars;
  }

  /** Overwrites the value; it cannot be used afterwards. Closing twice does nothing. */
  @Override
  public void close() {
    if (bytes != null) {
      Arrays.fill(bytes, (byte) 0);
      bytes = null;
    }
    if (chars != null) {
      Arrays.fill(chars, '\0');
      chars = null;
    }
  }

  /** Tells whether two values, neither of them closed, have the same bytes, in constant time. */
  @Override
  public boolean equals(Object o) {
    return o instanceof SecretValue other
        && (this == other
            || (bytes != null && other.bytes != null && MessageDigest.isEqual(bytes, other.bytes)));
  }

  /** Returns the same number for all values: a hash would tell something of the secret. */
  @Override
  public int hashCode() {
    return 1;
  }

  /** Returns the same text for all values. */
  @Override
  public String toString() {
    return "SecretValue[redacted]";
  }
}
