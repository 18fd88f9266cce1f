package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The values that must not show. Thread-safe. */
final class ForbiddenValues {
  private final List<ForbiddenValue> values = new CopyOnWriteArrayList<>();
  private volatile int reach;

  synchronized void add(String name, byte[] value) {
    Set<Charset> charsets = new LinkedHashSet<>(List.of(UTF_8, ISO_8859_1));
    charsets.add(WatchedStream.charset(System.out));
    charsets.add(WatchedStream.charset(System.err));
    ForbiddenValue added = new ForbiddenValue(name, value, charsets);
    values.add(added);
    reach = Math.max(reach, added.reach());
  }

  synchronized void clear() {
    values.clear();
    reach = 0;
  }

  /** Returns how much of what was searched may be the beginning of something to be found. */
  int reach() {
    return reach;
  }

  /** Returns what a text shows: each name, form and place. */
  List<String> find(String place, SearchedText text) {
    List<String> found = new ArrayList<>();
    List<ForbiddenValue> hidden = new ArrayList<>();
    for (ForbiddenValue each : values) {
      Set<String> forms = each.find(text);
      forms.forEach(form -> found.add(line(each, form, place)));
      if (forms.isEmpty()) {
        hidden.add(each);
      }
    }
    for (SearchedText.Unescaped unescaped :
        hidden.isEmpty() ? List.<SearchedText.Unescaped>of() : text.unescaped()) {
      for (ForbiddenValue each : List.copyOf(hidden)) {
        if (!each.find(unescaped.text()).isEmpty()) {
          found.add(line(each, unescaped.what(), place));
          hidden.remove(each);
        }
      }
    }
    return found;
  }

  private String line(ForbiddenValue value, String form, String place) {
    return value.name() + " " + form + (place.isEmpty() ? "" : " in " + redact(place));
  }

  /** Returns a text with names in place of values; nothing of it where that cannot be told. */
  String redact(String text) {
    SearchedText searched = SearchedText.of(text);
    List<ForbiddenValue.Range> ranges = new ArrayList<>();
    for (ForbiddenValue each : values) {
      if (each.isFoundInPart(searched)) {
        return "(withheld: it has parts of " + each.name() + ")";
      }
      ranges.addAll(each.ranges(searched.text()));
    }
    ranges.sort(Comparator.comparingInt(ForbiddenValue.Range::from));
    StringBuilder redacted = new StringBuilder();
    int end = 0;
    for (ForbiddenValue.Range each : ranges) {
      if (each.from() >= end) {
        redacted
            .append(searched.text(), end, each.from())
            .append('[')
            .append(each.name())
            .append(']');
      }
      end = Math.max(end, each.to());
    }
    redacted.append(searched.text().substring(end));
    String bytes = redacted.toString();
    return find("", new SearchedText(bytes, 0)).isEmpty()
        ? new String(bytes.getBytes(ISO_8859_1), UTF_8)
        : "(withheld: it has a secret in another form)";
  }
}
