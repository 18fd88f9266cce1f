package dev.latchkey.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.client.tink.Keyset;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What can be seen of a client from outside, by place, and a search of it for canaries. */
final class ShownText {
  /**
   * The start of every value: escapes change the second half of it. With a digit behind it and the
   * 33 bytes that the cipher adds, its base64 ends in two signs of padding.
   */
  static final String VALUE = "c4n4ryv4lue \"81f0\"\\/\u00e9<&";

  static final String TOKEN = "c4n4ryt0ken\"c0ffee\\+/=%";

  /** What faulty answers hold: nothing of an answer is ever shown. */
  static final String BODY = "c4n4ryb0dy-b0d1";

  private static final int KEY_BYTES = 32;
  private static final Pattern KEY = Pattern.compile("\"value\":\"([^\"]+)\"");

  private final Map<String, Canary> canaries = new LinkedHashMap<>();
  private final Map<String, StringBuilder> places = new LinkedHashMap<>();

  ShownText(Keyset... keysets) {
    canaries.put("value", new Canary(VALUE.getBytes(UTF_8)));
    canaries.put("start of value", new Canary(VALUE.substring(0, 11).getBytes(UTF_8)));
    canaries.put("token", new Canary(TOKEN.getBytes(UTF_8)));
    canaries.put("start of token", new Canary(TOKEN.substring(0, 11).getBytes(UTF_8)));
    canaries.put("body", new Canary(BODY.getBytes(UTF_8)));
    int number = 0;
    for (Keyset keyset : keysets) {
      for (byte[] key : keys(keyset)) {
        canaries.put("key " + number++, new Canary(key));
      }
    }
  }

  /** Returns the keys of a keyset. A serialized AES key ends with its bytes. */
  static List<byte[]> keys(Keyset keyset) {
    List<byte[]> keys = new ArrayList<>();
    Matcher values = KEY.matcher(keyset.toCleartextJson());
    while (values.find()) {
      byte[] serialized = Base64.getDecoder().decode(values.group(1));
      keys.add(Arrays.copyOfRange(serialized, serialized.length - KEY_BYTES, serialized.length));
    }
    return keys;
  }

  /** Adds what is shown at a place: of an exception the whole of its print, suppressed and all. */
  synchronized void add(String place, @Nullable Object shown) {
    StringBuilder text = places.computeIfAbsent(place, p -> new StringBuilder());
    if (shown instanceof Throwable thrown) {
      var printed = new StringWriter();
      thrown.printStackTrace(new PrintWriter(printed));
      text.append(printed);
    }
    text.append(shown).append('\n');
  }

  /** Returns which canaries show, and where. */
  synchronized Set<String> leaks() {
    Set<String> leaks = new TreeSet<>();
    places.forEach(
        (place, text) ->
            canaries.forEach(
                (name, canary) -> {
                  if (canary.isIn(text.toString())) {
                    leaks.add(name + " in " + place);
                  }
                }));
    return leaks;
  }

  /** Returns what is shown at a place. */
  synchronized String text(String place) {
    return String.valueOf(places.get(place));
  }

  /** Returns where something is shown at all. */
  synchronized Set<String> places() {
    return Set.copyOf(places.keySet());
  }
}
