package dev.latchkey;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a variable must be like to fit the environment of a process. */
final class EntryLimits {
  /** The most bytes of a variable: its name, the equals sign, its value and the end mark. */
  static final int MAX_ENTRY_BYTES = 128 << 10;

  private final Charset charset;

  /** Makes the limits of an environment whose entries are written in the given charset. */
  EntryLimits(Charset charset) {
    this.charset = charset;
  }

  /**
   * Returns the limits of the processes that this one starts. Up to JDK 18 {@link ProcessBuilder}
   * encodes in the default charset, from JDK 19 on in that of the platform; what either cannot
   * encode it replaces by a question mark, without a word.
   */
  static EntryLimits ofThisProcess() {
    String platform = System.getProperty("sun.jnu.encoding");
    boolean known = platform != null && Charset.isSupported(platform);
    return new EntryLimits(
        known && Runtime.version().feature() > 18
            ? Charset.forName(platform)
            : Charset.defaultCharset());
  }

  /**
   * Throws if any variable does not fit, naming all that do not.
   *
   * @param inherited what fits as it is, since this process has it
   * @param remedy what to do about a value that does not fit
   */
  void check(Map<String, String> environment, Map<String, String> inherited, String remedy) {
    CharsetEncoder encoder = charset.newEncoder();
    List<SecretException> failures = new ArrayList<>();
    environment.forEach(
        (name, value) -> {
          boolean same = value.equals(inherited.get(name));
          String problem = same ? null : misfit(name, value, encoder);
          if (problem != null) {
            failures.add(new SecretValueException(name + ": " + problem, remedy));
          }
        });
    if (!failures.isEmpty()) {
      throw SecretBatchException.of(failures);
    }
  }

  private @Nullable String misfit(String name, String value, CharsetEncoder encoder) {
    if (value.indexOf('\0') >= 0) {
      return "The value has a NUL character, which no environment variable can hold.";
    }
    if (!encoder.canEncode(value)) {
      return "The value has a character that "
          + charset
          + ", the charset of this process's environment, cannot encode.";
    }
    // Cheap bounds first: most variables are far from the limit.
    long chars = name.length() + value.length() + 2L;
    if (chars * (long) Math.ceil(encoder.maxBytesPerChar()) > MAX_ENTRY_BYTES
        && (name + "=" + value).getBytes(charset).length + 1 > MAX_ENTRY_BYTES) {
      return "The variable is over 128 KiB, the most that an environment variable can hold.";
    }
    return null;
  }
}
