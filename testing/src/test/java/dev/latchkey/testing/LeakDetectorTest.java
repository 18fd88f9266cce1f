package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.BasicConfigurator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class LeakDetectorTest {
  private static final String VALUE = "ca \"n\\a/ry\" ä€ 7f+3a?~";
  private static final String NAME = "MY_APP_SECRET";

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;

  @BeforeEach
  void hideWhatIsPrinted() {
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
  }

  @AfterEach
  void giveStreamsBack() {
    System.setOut(out);
    System.setErr(err);
  }

  private static String here(String method) {
    return LeakDetectorTest.class.getName() + "." + method;
  }

  private static LeakDetector detector() {
    return new LeakDetector().forbid(NAME, VALUE);
  }

  @ParameterizedTest
  @MethodSource("dev.latchkey.testing.LeakFormsTest#forms")
  void everyForm_printedCharacterByCharacter_isFoundOnce(LeakFormsTest.Form form) {
    LeakDetector detector = detector().start();
    try (detector) {
      (form.encode().apply(VALUE) + " after\n").chars().forEach(c -> System.out.print((char) c));
      assertThatThrownBy(detector::check)
          .isInstanceOf(SecretLeakError.class)
          .message()
          .contains(form.said())
          .satisfies(message -> assertThat(message.lines()).hasSize(1));
      assertThatThrownBy(detector::close).isInstanceOf(SecretLeakError.class);
    }
  }

  @Test
  void print_isFoundWithTheLineThatPrints() {
    LeakDetector detector = detector().start();

    System.err.printf("a %s b%n", VALUE);

    assertThatThrownBy(detector::close)
        .isInstanceOf(SecretLeakError.class)
        .message()
        .startsWith("Leaked: MY_APP_SECRET as it is in System.err, shown by ")
        .containsPattern("LeakDetectorTest.print_isFoundWithTheLineThatPrints\\(.*java:\\d+\\)$")
        .doesNotContain("7f+3a");
    assertThatCode(detector::close).doesNotThrowAnyException();
  }

  @Test
  void output_isPassedOnAsItWas() {
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    System.setOut(new PrintStream(seen, false, ISO_8859_1));
    PrintStream ours = System.out;
    try (LeakDetector detector = detector().start()) {
      System.out.print("é ");
      System.out.write(200);
      System.out.println(" 7");
      System.out.flush();
      detector.check();
    } finally {
      assertThat(System.out).isSameAs(ours);
    }

    String expected =
        Runtime.version().feature() >= 18
            ? "é È 7\n"
            : new String("é ".getBytes(Charset.defaultCharset()), ISO_8859_1) + "È 7\n";
    assertThat(seen.toString(ISO_8859_1)).isEqualTo(expected);
  }

  @Test
  void streamsThatWereReplacedMeanwhile_areLeftToWhoReplacedThem() {
    LeakDetector detector = detector().start();
    PrintStream later = new PrintStream(new ByteArrayOutputStream(), false, UTF_8);
    System.setOut(later);

    detector.close();

    assertThat(System.out).isSameAs(later);
  }

  @Test
  void javaUtilLogging_isLookedAtOnEveryLevel() {
    Logger root = Logger.getLogger("");
    Level level = root.getLevel();
    int handlers = root.getHandlers().length;
    LeakDetector detector = detector().start();
    Logger logger = Logger.getLogger("app.jul");

    logger.log(Level.FINEST, "value {0}", VALUE);
    logger.log(Level.FINE, "failed", new IllegalStateException(new IOException("bad " + VALUE)));

    assertThatThrownBy(detector::close)
        .isInstanceOf(SecretLeakError.class)
        .message()
        .contains(
            "MY_APP_SECRET as it is in the log of app.jul, shown by " + here("javaUtilLogging"))
        .contains("MY_APP_SECRET as it is in java.io.IOException in the log of app.jul")
        .doesNotContain("7f+3a");
    assertThat(root.getLevel()).isEqualTo(level);
    assertThat(root.getHandlers()).hasSize(handlers);
  }

  @Test
  void systemLogger_isLookedAtOnEveryLevel() {
    LeakDetector detector = detector().start();

    System.getLogger("app.system").log(System.Logger.Level.TRACE, "value {0}", VALUE);

    assertThatThrownBy(detector::close)
        .hasMessageContaining("in the log of app.system, shown by " + here("systemLogger"));
  }

  @Test
  void logback_isLookedAtOnEveryLevel() {
    var root = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("ROOT");
    var level = root.getLevel();
    root.setLevel(ch.qos.logback.classic.Level.ERROR);
    LeakDetector detector = detector().start();
    org.slf4j.Logger logger = LoggerFactory.getLogger("app.logback");
    try {
      logger.trace("value {} {}", 1, VALUE);
      logger.debug("failed {}", 1, new IllegalStateException(VALUE));
      assertThat(logger.isDebugEnabled()).isFalse();
      assertThatThrownBy(detector::close)
          .message()
          .contains(
              "MY_APP_SECRET as it is in the log of app.logback, shown by " + here("logback_is"))
          .contains("java.lang.IllegalStateException in the log of app.logback");
      assertThat(root.getLoggerContext().getTurboFilterList()).isEmpty();
    } finally {
      root.setLevel(level);
    }
  }

  @Test
  void logbackEvent_isLookedAtWithItsContextAndPairs() {
    org.slf4j.Logger logger = LoggerFactory.getLogger("app.pairs");
    LeakDetector detector = detector().start();
    MDC.put("user", VALUE);
    logger.error("in the context");
    MDC.clear();
    assertThatThrownBy(detector::close)
        .hasMessageContaining("in the log of app.pairs, shown by " + here("logbackEvent"));

    LeakDetector pairs = detector().start();
    logger.atError().addKeyValue("token", VALUE).log("in a pair");
    assertThatThrownBy(pairs::close).hasMessageContaining("in the log of app.pairs");
  }

  @Test
  void logsThatWereConfiguredAnew_areLookedAtFromTheNextCheckOn() {
    var context =
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("ROOT")).getLoggerContext();
    LeakDetector detector = detector().start();
    context.getTurboFilterList().clear();
    Logger root = Logger.getLogger("");
    for (Handler each : root.getHandlers()) {
      if (each instanceof JulWatch) {
        root.removeHandler(each);
      }
    }

    detector.check();
    LoggerFactory.getLogger("app.again").trace(VALUE);
    Logger.getLogger("app.jul.again").finest(VALUE);

    assertThatThrownBy(detector::close)
        .hasMessageContaining("app.again")
        .hasMessageContaining("app.jul.again");
  }

  @Test
  void exception_isGivenBackWithNamesInPlaceOfValues() {
    IllegalStateException thrown =
        new IllegalStateException("login with " + VALUE, new IOException("sent " + VALUE));
    thrown.addSuppressed(new IOException("also " + URLEncoder.encode(VALUE, UTF_8)));
    thrown.addSuppressed(thrown.getCause());

    assertThatThrownBy(() -> detector().check(thrown))
        .isInstanceOf(SecretLeakError.class)
        .message()
        .contains("MY_APP_SECRET as it is in java.lang.IllegalStateException")
        .contains("MY_APP_SECRET as it is in java.io.IOException")
        .contains("MY_APP_SECRET URL-escaped in java.io.IOException")
        .doesNotContain("7f");
    assertThatThrownBy(() -> detector().check(thrown))
        .cause()
        .hasMessage("java.lang.IllegalStateException: login with [MY_APP_SECRET]")
        .satisfies(
            cause -> {
              assertThat(cause.getStackTrace()).isEqualTo(thrown.getStackTrace());
              assertThat(cause.getCause()).hasMessage("java.io.IOException: sent [MY_APP_SECRET]");
              assertThat(cause.getSuppressed()[0])
                  .hasMessage("(withheld: it has a secret in another form)");
            });
    assertThatCode(() -> detector().check(new IOException("nothing"))).doesNotThrowAnyException();
  }

  @Test
  void exceptionThatIsItsOwnCauseInACircle_isReadOnce() {
    IOException inner = new IOException("inner " + VALUE);
    IllegalStateException outer = new IllegalStateException(inner);
    inner.initCause(outer);

    assertThatThrownBy(() -> detector().check(outer)).isInstanceOf(SecretLeakError.class);
  }

  @Test
  void exceptionWhoseMessageCannotBeHad_isPassedOver() {
    RuntimeException thrown =
        new RuntimeException() {
          private static final long serialVersionUID = 1L;

          @Override
          public String getMessage() {
            throw new IllegalStateException();
          }
        };

    assertThatCode(() -> detector().check(thrown)).doesNotThrowAnyException();
  }

  @Test
  void charsetOfAStreamThatHasNotAllCharacters_isLookedFor() {
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, US_ASCII));
    LeakDetector detector = new LeakDetector().forbid("WORD", "pässword").start();

    System.out.print("pässword");

    if (Runtime.version().feature() >= 18) {
      assertThatThrownBy(detector::close).hasMessageContaining("WORD as it is in System.out");
    } else {
      // The JDK does not tell a stream's charset; it is the default one's then.
      assertThatThrownBy(detector::close).isInstanceOf(SecretLeakError.class);
    }
  }

  @Test
  void escapedTwice_isReportedAtBothPlaces() {
    LeakDetector detector = detector().start();

    System.out.print(URLEncoder.encode(VALUE, UTF_8));
    printAgain(URLEncoder.encode(VALUE, UTF_8));

    assertThatThrownBy(detector::close)
        .hasMessageContaining("escapedTwice_isReportedAtBothPlaces")
        .hasMessageContaining("printAgain");
  }

  private static void printAgain(String text) {
    System.out.print(text);
  }

  @Test
  void loggerWithHandlersOfItsOwn_isLookedAt() {
    Logger own = Logger.getLogger("app.own");
    own.setUseParentHandlers(false);
    LeakDetector detector = detector().start();

    own.severe("value " + VALUE);

    assertThatThrownBy(detector::close).hasMessageContaining("in the log of app.own");
    assertThat(own.getHandlers()).isEmpty();
  }

  @Test
  void configurationsThatAreReadAnew_areLookedThrough() throws Exception {
    var context =
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("ROOT")).getLoggerContext();
    LeakDetector detector = detector().start();
    context.reset();
    LogManager.getLogManager()
        .readConfiguration(new ByteArrayInputStream(".level=INFO".getBytes(UTF_8)));

    LoggerFactory.getLogger("app.reset").trace(VALUE);
    Logger.getLogger("app.jul.reset").finest(VALUE);

    try {
      assertThatThrownBy(detector::close)
          .hasMessageContaining("the log of app.reset")
          .hasMessageContaining("the log of app.jul.reset");
    } finally {
      LogManager.getLogManager().readConfiguration();
      context.reset();
      new BasicConfigurator().configure(context);
    }
  }

  @Test
  void valueInALog_isAskedForWithoutALockOfTheDetector() throws Exception {
    org.slf4j.Logger logger = LoggerFactory.getLogger("app.locks");
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch logged = new CountDownLatch(1);
    AtomicBoolean inTime = new AtomicBoolean();
    Object value =
        new Object() {
          @Override
          public String toString() {
            asked.countDown();
            try {
              inTime.set(logged.await(10, TimeUnit.SECONDS));
              return "value";
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    ExecutorService other = Executors.newSingleThreadExecutor();
    var root = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("ROOT");
    var console = root.getAppender("console"); // It would ask before the detector does.
    root.detachAppender(console);
    try (LeakDetector detector = detector().start()) {
      Future<?> first = other.submit(() -> logger.atError().addKeyValue("k", value).log("first"));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      logger.error("second");
      logged.countDown();
      first.get(20, TimeUnit.SECONDS);
      assertThat(inTime).isTrue();
      detector.check();
    } finally {
      root.addAppender(console);
      other.shutdownNow();
    }
  }

  @Test
  void longValue_isFoundByItsBeginning() {
    String value = "0123456789abcdef".repeat(4000);
    LeakDetector detector = new LeakDetector().forbid("LONG", value).start();

    System.out.print("x" + value);

    assertThatThrownBy(detector::close).hasMessageContaining("LONG as it is in System.out");
  }

  @Test
  void fakes_areForbiddenWithWhatTheyRotateTo() {
    try (FakeSecrets secrets = FakeSecrets.of("A", "first-value")) {
      LeakDetector detector = new LeakDetector().forbid(secrets);
      secrets.and("B", "of-another");
      secrets.rotate("A", "second-value");

      for (String value : List.of("first-value", "second-value")) {
        assertThatThrownBy(() -> detector.check("it", value))
            .hasMessage("Leaked: A as it is in it");
      }
      assertThatThrownBy(() -> detector.check("it", "of-another"))
          .hasMessage("Leaked: B as it is in it");
      assertThatThrownBy(() -> secrets.rotate("A", "abc"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("The value of A has 3 characters");
      assertThatThrownBy(() -> secrets.and("C", "abc"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void startedTwice_isAnError_alsoOnceClosed() {
    LeakDetector detector = detector().start();
    assertThatThrownBy(detector::start).isInstanceOf(IllegalStateException.class);
    detector.close();
    assertThatThrownBy(detector::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Make another");
  }

  @Test
  void detectorsThatOverlap_putBackLevelAndStreams_inWhateverOrderTheyEnd() {
    Logger root = Logger.getLogger("");
    Level level = root.getLevel();
    PrintStream ours = System.out;
    LeakDetector first = detector().start();
    LeakDetector second = detector().start();

    first.close();
    Logger.getLogger("app.overlap").finest(VALUE);
    System.out.print(VALUE);

    assertThatThrownBy(second::close)
        .hasMessageContaining("in the log of app.overlap")
        .hasMessageContaining("in System.out");
    assertThat(root.getLevel()).isEqualTo(level);
    assertThat(System.out).isSameAs(ours);
  }

  @Test
  void logWithoutAMessage_isLookedAtAndDisturbsNobody() {
    LeakDetector detector = detector().start();

    Logger.getLogger("app.null").log(Level.WARNING, null, new IOException("quiet"));
    LoggerFactory.getLogger("app.null").error(null, new IOException("at " + VALUE));

    assertThatThrownBy(detector::close)
        .hasMessageContaining("in java.io.IOException in the log of app.null");
  }

  @Test
  void placeThatHoldsTheSecret_isTakenForAMistake() {
    assertThatThrownBy(() -> detector().check("answer: " + VALUE, "the answer"))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains("Pass the place first")
        .doesNotContain("7f");
  }

  @Test
  void secretInALoggersName_isNotRepeated() {
    LeakDetector detector = detector().start();

    Logger.getLogger("app." + VALUE).fine("value " + VALUE);

    assertThatThrownBy(detector::close)
        .hasMessageContaining("in the log of app.[MY_APP_SECRET]")
        .message()
        .doesNotContain("7f");
  }
}
