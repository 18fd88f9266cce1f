package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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

  private final ForbiddenValues forbidden = new ForbiddenValues();
  private final Set<String> leaks = Collections.synchronizedSet(new LinkedHashSet<>());
  private final List<LogWatch> logs = new ArrayList<>();
  private boolean started;
  private @Nullable Streams streams;

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
  public LeakDetector forbid(String name, byte[] value) {
    forbidden.add(name, value);
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
            return forbidden.reach();
          }
        });
  }

  /** Looks at what was logged; never throws into the app that logs. */
  void lookAtLog(String logger, @Nullable String message, @Nullable Throwable thrown) {
    look("the log of " + logger, SearchedText.of(String.valueOf(message)));
    for (Throwable each : Thrown.chain(thrown)) {
      look(
          each.getClass().getName() + " in the log of " + logger,
          SearchedText.of(Thrown.text(each)));
    }
  }

  private void look(String place, SearchedText text) {
    for (String leak : forbidden.find(place, text)) {
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
    fail(forbidden.find(checked(place), SearchedText.of(text)), null);
  }

  /**
   * Fails if bytes hold a secret: for what the detector does not see by itself.
   *
   * @param place what the bytes are, for the message, such as {@code "the cache file"}
   * @throws SecretLeakError if they do
   * @throws IllegalArgumentException if the name of the place does
   */
  public void check(String place, byte[] bytes) {
    fail(forbidden.find(checked(place), SearchedText.of(bytes)), null);
  }

  private String checked(String place) {
    if (!forbidden.find("", SearchedText.of(place)).isEmpty()) {
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
    for (Throwable each : Thrown.chain(thrown)) {
      forbidden
          .find(each.getClass().getName(), SearchedText.of(Thrown.text(each)))
          .forEach(leak -> found.add(leak + thrownBy(each)));
    }
    fail(found, thrown);
  }

  private void fail(List<String> found, @Nullable Throwable thrown) {
    if (!found.isEmpty()) {
      SecretLeakError error = new SecretLeakError("Leaked: " + String.join("\n  ", found));
      if (thrown != null) {
        error.initCause(Thrown.redacted(thrown, forbidden::redact));
      }
      throw error;
    }
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
  }
}
