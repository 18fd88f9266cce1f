package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.lang.StackWalker.StackFrame;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fails a test in which a secret appears where it can be read: in {@link System#out} and {@link
 * System#err}, in what is logged by {@code java.util.logging}, {@link System.Logger} or SLF4J with
 * Logback, at every level, or in an exception.
 *
 * <pre>{@code
 * FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "some-value");
 * try (secrets;
 *     LeakDetector leaks = new LeakDetector().forbid(secrets).start()) {
 *   secrets.install();
 *   try {
 *     app.run();
 *   } catch (RuntimeException e) {
 *     leaks.check(e); // a SecretLeakError, if it holds some-value
 *     throw e;
 *   }
 * } // a SecretLeakError, if app has printed or logged some-value
 * }</pre>
 *
 * <p>An exception is looked at by {@link #check(Throwable)} alone; JUnit's {@code @ForbidLeaks}
 * does it.
 *
 * <p>A value is found as it is, without the blanks and line ends around it, in base64 (also within
 * what was encoded, but not broken into lines), in hexadecimal, as a list of bytes, escaped for a
 * URL or JSON, and by any line of it that has 4 characters or more. Of a value over 1024 characters
 * the beginning is looked for, and the first 1000 lines.
 *
 * <p>The streams and logs are those of the whole process: what another test shows meanwhile counts
 * too, if it is the same value. Not seen are
 *
 * <ul>
 *   <li>other processes, and threads once the detector is closed;
 *   <li>logging libraries other than those named, unless they print to the streams;
 *   <li>who kept a stream from before;
 *   <li>what a logger of {@code java.util.logging} with a level of its own keeps back;
 *   <li>events of SLF4J's fluent API, and what is logged only after asking whether it is to be, on
 *       a level that is not enabled; and what is logged between an end of Logback's context, as by
 *       Spring Boot when it starts, and the next {@link #check()}.
 * </ul>
 *
 * <p>Logback is 1.2 or newer. Values are kept in memory as text until the detector is closed.
 * Thread-safe.
 */
public final class LeakDetector implements AutoCloseable {
  /** Finds where logs go, so that they can be looked at. */
  interface LogWatch {
    /** Begins to look, also where that was undone by a new configuration. */
    void attach();

    void detach();
  }

  private static final StackWalker STACK = StackWalker.getInstance();
  private static final List<String> PASSED_THROUGH =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "kotlin.",
          "org.slf4j.",
          "org.junit.",
          "org.opentest4j.",
          "org.assertj.",
          "ch.qos.logback.",
          LeakDetector.class.getName() + "$",
          WatchedStream.class.getName(),
          JulWatch.class.getName(),
          "dev.latchkey.testing.LogbackWatch$"); // Not by its class, which needs Logback.

  private final List<ForbiddenValue> forbidden = new CopyOnWriteArrayList<>();
  private final Set<String> leaks = Collections.synchronizedSet(new LinkedHashSet<>());
  private final List<LogWatch> logs = new ArrayList<>();
  private boolean started;
  private @Nullable Streams streams;
  private volatile int reach;

  private record Streams(WatchedStream out, WatchedStream err) {}

  /** Creates a detector that is told what to look for, and then {@linkplain #start started}. */
  public LeakDetector() {}

  /**
   * Forbids what the variables of fakes show, now and after each rotation; returns this.
   *
   * @throws IllegalArgumentException if a value has less than 4 characters, or is one repeated: it
   *     would be found by chance. A rotation to one throws this as well.
   */
  public LeakDetector forbid(FakeSecrets secrets) {
    secrets.watchValues(this::forbid);
    return this;
  }

  /**
   * Forbids a value, which messages call by the given name; returns this.
   *
   * @throws IllegalArgumentException if it has less than 4 characters, or is one repeated: it would
   *     be found by chance
   */
  public LeakDetector forbid(String name, String value) {
    return forbid(name, value.getBytes(UTF_8));
  }

  /**
   * Forbids a value, which messages call by the given name; returns this.
   *
   * @throws IllegalArgumentException if it has less than 4 bytes or, if it is text, characters, or
   *     is one repeated: it would be found by chance
   */
  public synchronized LeakDetector forbid(String name, byte[] value) {
    Set<Charset> charsets = new LinkedHashSet<>(List.of(UTF_8, ISO_8859_1));
    charsets.add(WatchedStream.charset(System.out));
    charsets.add(WatchedStream.charset(System.err));
    ForbiddenValue added = new ForbiddenValue(name, value, charsets);
    forbidden.add(added);
    reach = Math.max(reach, added.reach());
    return this;
  }

  /**
   * Begins to watch output and logs; returns this.
   *
   * @throws IllegalStateException if it was started before
   */
  public synchronized LeakDetector start() {
    if (started) {
      throw new IllegalStateException("This leak detector was started before. Make another one.");
    }
    started = true;
    try {
      streams = new Streams(watch("System.out", System.out), watch("System.err", System.err));
      System.setOut(streams.out);
      System.setErr(streams.err);
      logs.add(new JulWatch(this));
      LogWatch logback =
          isPresent("ch.qos.logback.classic.LoggerContext") && isPresent("org.slf4j.LoggerFactory")
              ? LogbackWatch.of(this)
              : null;
      if (logback != null) {
        logs.add(logback);
      }
      logs.forEach(LogWatch::attach);
    } catch (RuntimeException | Error e) {
      end();
      throw e;
    }
    return this;
  }

  private static boolean isPresent(String type) {
    try {
      Class.forName(type, false, LeakDetector.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private WatchedStream watch(String place, PrintStream stream) {
    return new WatchedStream(
        stream,
        new WatchedStream.Look() {
          @Override
          public void at(SearchedText text) {
            look(place, text);
          }

          @Override
          public int reach() {
            return reach;
          }
        });
  }

  /** Looks at what was logged; never throws into the app that logs. */
  void lookAtLog(String logger, @Nullable String message, @Nullable Throwable thrown) {
    look("the log of " + logger, SearchedText.of(String.valueOf(message)));
    for (Throwable each : chain(thrown)) {
      look(each.getClass().getName() + " in the log of " + logger, SearchedText.of(text(each)));
    }
  }

  private void look(String place, SearchedText text) {
    for (String leak : find(place, text)) {
      leaks.add(leak + shownBy());
    }
  }

  /** Returns the place in the code that is being run now, for messages. */
  private static String shownBy() {
    return STACK.walk(frames -> by("shown", frames.map(StackFrame::toStackTraceElement)));
  }

  private static String thrownBy(Throwable thrown) {
    return by("thrown", Arrays.stream(thrown.getStackTrace()));
  }

  private static String by(String what, Stream<StackTraceElement> frames) {
    return frames
        .filter(frame -> PASSED_THROUGH.stream().noneMatch(frame.getClassName()::startsWith))
        .filter(frame -> !frame.getClassName().equals(LeakDetector.class.getName()))
        .findFirst()
        .map(
            frame ->
                ", %s by %s.%s(%s:%d)"
                    .formatted(
                        what,
                        frame.getClassName(),
                        frame.getMethodName(),
                        frame.getFileName(),
                        frame.getLineNumber()))
        .orElse("");
  }

  /** Returns an exception with its causes and what it suppressed, each once. */
  private static List<Throwable> chain(@Nullable Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> open = new ArrayDeque<>();
    if (thrown != null) {
      open.add(thrown);
    }
    while (!open.isEmpty()) {
      Throwable next = open.remove();
      if (seen.add(next)) {
        chain.add(next);
        open.addAll(List.of(next.getSuppressed()));
        if (next.getCause() != null) {
          open.add(next.getCause());
        }
      }
    }
    return chain;
  }

  /** Returns what is printed of an exception, or its own message where that is another. */
  private static String text(Throwable thrown) {
    String printed = said(thrown, Throwable::toString);
    String message = said(thrown, Throwable::getMessage);
    return printed.contains(message) ? printed : printed + " " + message;
  }

  private static String said(Throwable thrown, Function<Throwable, @Nullable String> how) {
    try {
      String said = how.apply(thrown);
      return said == null ? "" : said;
    } catch (RuntimeException e) {
      return thrown.getClass().getName();
    }
  }

  /** Returns a text with names in place of values; nothing of it where that cannot be told. */
  private String redact(String text) {
    SearchedText searched = SearchedText.of(text);
    List<ForbiddenValue.Range> ranges = new ArrayList<>();
    for (ForbiddenValue each : forbidden) {
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

  /**
   * Fails if a secret has been shown so far. Then goes on, also where a new configuration has put
   * the logs out of sight meanwhile.
   *
   * @throws SecretLeakError if one has, with a line for each form and place
   */
  public synchronized void check() {
    if (streams != null) {
      logs.forEach(LogWatch::attach);
    }
    fail(List.copyOf(leaks), null);
  }

  /**
   * Fails if a text holds a secret: for what the detector does not see by itself.
   *
   * @param place what the text is, for the message, such as {@code "the response"}
   * @throws SecretLeakError if it does
   * @throws IllegalArgumentException if the name of the place does
   */
  public void check(String place, String text) {
    fail(find(checked(place), SearchedText.of(text)), null);
  }

  /**
   * Fails if bytes hold a secret: for what the detector does not see by itself.
   *
   * @param place what the bytes are, for the message, such as {@code "the cache file"}
   * @throws SecretLeakError if they do
   * @throws IllegalArgumentException if the name of the place does
   */
  public void check(String place, byte[] bytes) {
    fail(find(checked(place), SearchedText.of(bytes)), null);
  }

  private String checked(String place) {
    if (!find("", SearchedText.of(place)).isEmpty()) {
      throw new IllegalArgumentException(
          "The name of the place holds a secret. Pass the place first, then what it holds.");
    }
    return place;
  }

  /**
   * Fails if an exception holds a secret, its causes and what it suppressed included.
   *
   * @throws SecretLeakError if it does; its cause has the types and stack traces of the given one,
   *     and its messages with names in place of values
   */
  public void check(Throwable thrown) {
    List<String> found = new ArrayList<>();
    for (Throwable each : chain(thrown)) {
      find(each.getClass().getName(), SearchedText.of(text(each)))
          .forEach(leak -> found.add(leak + thrownBy(each)));
    }
    fail(found, thrown);
  }

  /** Returns what a text shows: each name, form and place. */
  private List<String> find(String place, SearchedText text) {
    List<String> found = new ArrayList<>();
    List<ForbiddenValue> hidden = new ArrayList<>();
    for (ForbiddenValue each : forbidden) {
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

  private void fail(List<String> found, @Nullable Throwable thrown) {
    if (!found.isEmpty()) {
      SecretLeakError error = new SecretLeakError("Leaked: " + String.join("\n  ", found));
      if (thrown != null) {
        error.initCause(redacted(thrown, Collections.newSetFromMap(new IdentityHashMap<>())));
      }
      throw error;
    }
  }

  private SecretLeakError redacted(Throwable thrown, Set<Throwable> seen) {
    seen.add(thrown);
    SecretLeakError copy = new SecretLeakError(redact(text(thrown)));
    copy.setStackTrace(thrown.getStackTrace());
    Throwable cause = thrown.getCause();
    if (cause != null && !seen.contains(cause)) {
      copy.initCause(redacted(cause, seen));
    }
    for (Throwable each : thrown.getSuppressed()) {
      if (!seen.contains(each)) {
        copy.addSuppressed(redacted(each, seen));
      }
    }
    return copy;
  }

  /**
   * Gives output and logs back, and fails if a secret has been shown. Closing twice does nothing.
   *
   * @throws SecretLeakError if one has, with a line for each form and place
   */
  @Override
  public synchronized void close() {
    end();
    List<String> found = List.copyOf(leaks);
    leaks.clear();
    fail(found, null);
  }

  private void end() {
    logs.forEach(LogWatch::detach);
    logs.clear();
    Streams watched = streams;
    if (watched != null) {
      streams = null;
      watched.out.end();
      watched.err.end();
      System.setOut(WatchedStream.unwrapped(System.out));
      System.setErr(WatchedStream.unwrapped(System.err));
    }
    forbidden.clear();
    reach = 0;
  }
}
