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
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
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

  /** A text, what is to be said of it, and what is hidden in it. */
  private record Form(String said, UnaryOperator<String> encode) {
    @Override
    public String toString() {
      return said;
    }
  }

  private static String base64(Base64.Encoder encoder, String before, String text) {
    return encoder.encodeToString((before + text + "tail").getBytes(UTF_8));
  }

  private static String twice(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static String unsigned(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return IntStream.range(0, bytes.length)
        .mapToObj(i -> String.valueOf(bytes[i] & 0xff))
        .collect(Collectors.joining(", "));
  }

  private static String json(String text, boolean all) {
    StringBuilder json = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (all || c > '~') {
        json.append("\\u%04X".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.toString();
  }

  static Stream<Form> forms() {
    List<Base64.Encoder> encoders = List.of(Base64.getEncoder(), Base64.getUrlEncoder());
    Stream<Form> base64 =
        IntStream.range(0, 6)
            .mapToObj(
                i ->
                    new Form(
                        "in base64",
                        value -> base64(encoders.get(i / 3), "abc".substring(i % 3), value)));
    return Stream.concat(
        base64,
        Stream.of(
            new Form("as it is", value -> value),
            new Form("in hexadecimal", value -> HexFormat.of().formatHex(value.getBytes(UTF_8))),
            new Form(
                "in hexadecimal",
                value -> HexFormat.of().withUpperCase().formatHex(value.getBytes(UTF_8))),
            new Form("as a list of bytes", value -> Arrays.toString(value.getBytes(UTF_8))),
            new Form(
                "as a list of bytes",
                value -> Arrays.toString(value.getBytes(UTF_8)).replace(" ", "")),
            new Form("as a list of bytes", LeakDetectorTest::unsigned),
            new Form("URL-escaped", value -> URLEncoder.encode(twice(value), UTF_8)),
            new Form(
                "URL-escaped",
                value -> URLEncoder.encode(base64(Base64.getEncoder(), "", value), UTF_8)),
            new Form("URL-escaped", value -> URLEncoder.encode(value, UTF_8)),
            new Form("URL-escaped", value -> URLEncoder.encode(value, UTF_8).replace("+", "%20")),
            new Form(
                "URL-escaped",
                value -> URLEncoder.encode(value, UTF_8).replace("+", "%20").replace("%2B", "+")),
            new Form("JSON-escaped", value -> json(value, false)),
            new Form("JSON-escaped", value -> json(value, true)),
            new Form("JSON-escaped", value -> json(value, false).replace("/", "\\/")),
            new Form("JSON-escaped", value -> json(json(value, false), false))));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void everyForm_isFoundAndNamed(Form form) {
    String hidden = "before " + form.encode.apply(VALUE) + " after";

    assertThatThrownBy(() -> detector().check("the answer", hidden))
        .isInstanceOf(SecretLeakError.class)
        .hasMessage("Leaked: MY_APP_SECRET " + form.said + " in the answer")
        .hasNoCause();
  }

  @ParameterizedTest
  @MethodSource("forms")
  void control_anotherValueInTheForm_isNone(Form form) {
    String other = VALUE.replace('r', 'x');
    String hidden = "before " + form.encode.apply(other) + " after";

    assertThatCode(() -> detector().check("the answer", hidden)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("forms")
  void everyForm_printedCharacterByCharacter_isFoundOnce(Form form) {
    LeakDetector detector = detector().start();
    try (detector) {
      (form.encode.apply(VALUE) + " after\n").chars().forEach(c -> System.out.print((char) c));
      assertThatThrownBy(detector::check)
          .isInstanceOf(SecretLeakError.class)
          .message()
          .contains(form.said)
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
  void linesOfAValue_areFound_butNotWhatAllKeysHave() {
    String pem =
        "-----BEGIN PRIVATE KEY-----\r\nMIIEvQIBADAN\r\n  secondline\nxyz\n-----END PRIVATE KEY-----\n";
    LeakDetector detector = new LeakDetector().forbid("TLS_KEY", pem);

    assertThatThrownBy(() -> detector.check("it", "see MIIEvQIBADAN"))
        .hasMessage("Leaked: TLS_KEY line 2 of it in it");
    assertThatThrownBy(() -> detector.check("it", "see secondline"))
        .hasMessage("Leaked: TLS_KEY line 3 of it in it");
    detector.check("it", "-----BEGIN PRIVATE KEY----- xyz -----END PRIVATE KEY-----");
  }

  private static String redacted(LeakDetector detector, String text) {
    try {
      detector.check(new IllegalStateException(text));
    } catch (SecretLeakError e) {
      return String.valueOf(e.getCause())
          .replaceFirst(".*SecretLeakError: (java.lang.IllegalStateException: )?", "");
    }
    throw new AssertionError("Nothing was found.");
  }

  @Test
  void redacted_isAllThatShowsAValue_alsoWhereTwoBeginAlikeOrOverlap() {
    LeakDetector detector =
        new LeakDetector()
            .forbid("USER", "admin")
            .forbid("PASSWORD", "admin-Xk29sLong")
            .forbid("A", "abcd1234")
            .forbid("B", "12345678");

    assertThat(redacted(detector, "as admin with admin-Xk29sLong."))
        .isEqualTo("as [USER] with [USER].");
    assertThat(redacted(detector, "x abcd12345678 y")).isEqualTo("x [A] y");
  }

  @Test
  void redacted_isNothingOfATextThatMayShowMore() {
    LeakDetector detector =
        new LeakDetector()
            .forbid("LONG", "0123456789abcdef".repeat(64) + "and-the-end")
            .forbid("LINES", "first-line\nab7\nlast-line");

    assertThat(redacted(detector, "bad " + "0123456789abcdef".repeat(64) + "and-the-end"))
        .isEqualTo("(withheld: it has parts of LONG)");
    assertThat(redacted(detector, "first-line ab7 last-line"))
        .isEqualTo("(withheld: it has parts of LINES)");
    assertThat(redacted(detector, "got first-line\nab7\nlast-line!")).isEqualTo("got [LINES]!");
  }

  @Test
  void valueOfAFile_isFoundWithoutTheLineEnd() {
    LeakDetector detector = new LeakDetector().forbid("TOKEN", " s3cr3t-token-77\n");

    assertThatThrownBy(() -> detector.check("it", "Bearer s3cr3t-token-77;"))
        .hasMessage("Leaked: TOKEN as it is in it");
    String encoded = Base64.getEncoder().encodeToString("s3cr3t-token-77".getBytes(UTF_8));
    assertThatThrownBy(() -> detector.check("it", encoded))
        .hasMessage("Leaked: TOKEN in base64 in it");
  }

  @Test
  void blanksAsPlusSigns_areFound() {
    LeakDetector detector = new LeakDetector().forbid("WORDS", "correct horse battery");

    assertThatThrownBy(() -> detector.check("it", "p=correct+horse+battery"))
        .hasMessage("Leaked: WORDS URL-escaped in it");
  }

  @Test
  void pairOfSurrogatesAtTheCut_isNotTornApart() {
    String value = "kx".repeat(511) + "k\uD83D\uDE00" + "x".repeat(9);
    LeakDetector detector = new LeakDetector().forbid("LONG", value);

    assertThatThrownBy(() -> detector.check("it", value)).hasMessage("Leaked: LONG as it is in it");
  }

  @Test
  void numbers_areNotFoundWithinOthers() {
    LeakDetector detector = new LeakDetector().forbid("KEY", new byte[] {1, 2, 3, -4});

    detector.check("it", "[21, 2, 3, -4]");
    detector.check("it", "[1, 2, 3, -42]");
    assertThatThrownBy(() -> detector.check("it", "[21, 2, 3, -4, 1,2,3,252]"))
        .hasMessage("Leaked: KEY as a list of bytes in it");
  }

  @Test
  void headersOfAKey_areNoSecret() {
    LeakDetector detector =
        new LeakDetector()
            .forbid(
                "KEY", "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nMIIEvQIB\n-----END X-----");

    detector.check("it", "Proc-Type: 4,ENCRYPTED");
    assertThatThrownBy(() -> detector.check("it", "MIIEvQIB")).hasMessageContaining("line 4");
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
    Object value =
        new Object() {
          @Override
          public String toString() {
            asked.countDown();
            try {
              return String.valueOf(logged.await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (LeakDetector detector = detector().start()) {
      Future<?> first = other.submit(() -> logger.atError().addKeyValue("k", value).log("first"));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      logger.error("second");
      logged.countDown();
      first.get(10, TimeUnit.SECONDS);
      detector.check();
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void bytes_areFound() {
    byte[] value = {(byte) 0xff, 0, (byte) 0x80, 27, 99};
    LeakDetector detector = new LeakDetector().forbid("KEY", value);

    assertThatThrownBy(() -> detector.check("it", value)).hasMessage("Leaked: KEY as it is in it");
    assertThatThrownBy(() -> detector.check("it", new String(value, ISO_8859_1)))
        .hasMessage("Leaked: KEY as text in it");
    assertThatThrownBy(() -> detector.check("it", Base64.getEncoder().encodeToString(value)))
        .hasMessage("Leaked: KEY in base64 in it");
    detector.check("it", "\u0080");
  }

  @Test
  void longValue_isFoundByItsBeginning() {
    String value = "0123456789abcdef".repeat(4000);
    LeakDetector detector = new LeakDetector().forbid("LONG", value).start();

    System.out.print("x" + value);

    assertThatThrownBy(detector::close).hasMessageContaining("LONG as it is in System.out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "äö€", "\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00"})
  void shortValue_isRefused(String value) {
    assertThatThrownBy(() -> new LeakDetector().forbid("PIN", value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "The value of PIN has \\d characters, too little to tell a leak from chance."
                + " Give the test one of 4 or more that differ.");
    new LeakDetector().forbid("PIN", value + "wxyz");
  }

  @Test
  void repeatedByte_isRefused() {
    assertThatThrownBy(() -> new LeakDetector().forbid("KEY", new byte[16]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is one of its characters repeated");
  }

  @Test
  void shortBytes_areRefused() {
    assertThatThrownBy(() -> new LeakDetector().forbid("PIN", new byte[] {-1, -2, -3}))
        .hasMessageContaining("3 bytes");
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
