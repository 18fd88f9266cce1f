package dev.latchkey.client.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.Canary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said where no token is made. */
class ProcessTokensFailuresTest extends ProcessTokensTests {
  private static final String API_KEY_ALONE = "lka_canary-c0ffee";

  private void assertMintFails(Class<? extends SecretException> type, String message) {
    SecretException thrown = catchThrowableOfType(type, this::mint);
    assertThat(thrown).isExactlyInstanceOf(type).hasMessage(message).hasNoCause();
    assertThat(new Canary(API_KEY.getBytes(UTF_8)).isIn(thrown)).isFalse();
  }

  static Stream<Arguments> statuses() {
    return Stream.of(
        Arguments.of(
            400,
            SecretProtocolException.class,
            "%s refused to make or renew a process token (status 400). Check the app's name, and"
                + " that the service and this version fit each other."),
        Arguments.of(
            413,
            SecretProtocolException.class,
            "%s refused to make or renew a process token (status 413). Check the app's name, and"
                + " that the service and this version fit each other."),
        Arguments.of(
            401,
            SecretUnauthenticatedException.class,
            "%s does not accept the admin key in the file %s. It may have been replaced: write the"
                + " one that is in force into the file of LATCHKEY_ADMIN_KEY_FILE."),
        Arguments.of(
            403,
            SecretAccessDeniedException.class,
            "The admin key in the file %2$s may not make process tokens for project 'shop' at %1$s."
                + " Set LATCHKEY_ADMIN_KEY_FILE to the key of an admin of that project."),
        Arguments.of(
            404,
            SecretProtocolException.class,
            "%s has no project 'shop', or makes no process tokens at that address. Check"
                + " LATCHKEY_PROJECT, and the path in LATCHKEY_SOURCE."),
        Arguments.of(
            500, SecretUnavailableException.class, "%s answered with status 500. Try again later."),
        Arguments.of(
            302,
            SecretProtocolException.class,
            "%s answered with a redirect (status 302), which is not followed. Set LATCHKEY_SOURCE"
                + " to the address where the service itself is."),
        Arguments.of(
            405,
            SecretProtocolException.class,
            "%s answered with status 405, which is not part of the protocol. Check that"
                + " LATCHKEY_SOURCE is the address of a secrets service."));
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void mint_refused_saysWhyAndNothingThatTheServiceSays(
      int code, Class<? extends SecretException> type, String message) {
    MockResponse response =
        new MockResponse.Builder()
            .code(code)
            .addHeader("Location", server.url("/elsewhere").toString())
            .body("{\"code\":16,\"message\":\"" + API_KEY + "\"}")
            .build();
    server.enqueue(response);

    assertMintFails(type, message.formatted(origin(), file));
    // The key is read once more after 401, and is the same: it is sent once alone.
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void mint_keyReplacedMeanwhile_isReadOnceMore() throws Exception {
    Files.writeString(file, "admin:old");
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            if (BASIC.equals(request.getHeaders().get("Authorization"))) {
              return new MockResponse.Builder().body(MINTED).build();
            }
            try {
              Files.writeString(file, "admin:" + API_KEY);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return new MockResponse.Builder().code(401).build();
          }
        });

    assertThat(mint().id()).isEqualTo("4-a");
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|it is not a JSON object",
        "hunter2|it is not well-formed JSON",
        "{\"id\":\"a\",\"id\":\"b\"}|it is not well-formed JSON",
        "{\"token\":1}|a field in it is not text",
        "{\"id\":\"a\",\"expiresAt\":\"2026-03-01T12:00:00Z\"}|it has no token that can be sent",
        "{\"token\":\"a b\",\"id\":\"a\"}|it has no token that can be sent",
        "{\"token\":\"t\"}|its token has no valid id",
        "{\"token\":\"t\",\"id\":\"..\"}|its token has no valid id",
        "{\"token\":\"t\",\"id\":\"a/../b\"}|its token has no valid id",
        "{\"token\":\"t\",\"id\":\"a\",\"expiresAt\":\"hunter2\"}"
            + "|it has no time of RFC 3339 at which the token expires",
        "{\"token\":\"t\",\"id\":\"a\",\"expiresAt\":\"2026-03-01T12:00:00Z\"}x"
            + "|it is not well-formed JSON",
        "{\"token\":\"t\",\"id\":\"a\",\"expiresAt\":\"2026-03-01T12:00:00Z\"}[]"
            + "|something follows its JSON",
      })
  void mint_malformedAnswer_saysWhatIsWrong(String body, String problem) {
    answer(200, body);
    assertMintFails(
        SecretProtocolException.class,
        "The answer of " + origin() + " is not valid: " + problem + "." + CHECK_SOURCE);
  }

  @Test
  void mint_answerTooLarge_isRefused() {
    answer(200, " ".repeat(HttpExchange.MAX_BODY_BYTES + 1));
    assertMintFails(
        SecretProtocolException.class,
        "The answer of "
            + origin()
            + " is over 2097152 bytes. Check that LATCHKEY_SOURCE is the address of a secrets"
            + " service.");
  }

  @Test
  void mint_serviceDown_saysSo() {
    URI address = server.url("/").uri();
    server.close();
    try (ProcessTokens tokens =
        ProcessTokens.builder(address).project("shop").adminKeyFile(file).build()) {
      assertThatThrownBy(() -> tokens.mint(ProcessRole.WORK, "a", NAMES, DAY))
          .isExactlyInstanceOf(SecretUnavailableException.class)
          .hasMessageEndingWith("Check LATCHKEY_SOURCE, and that the service is running.");
    }
  }

  @Test
  void mint_serviceDoesNotAnswer_endsInTime() {
    server.enqueue(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    try (ProcessTokens tokens = builder().timeouts(Duration.ofMillis(500), DAY).build()) {
      assertThatThrownBy(() -> tokens.mint(ProcessRole.WORK, "a", NAMES, DAY))
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessage(origin() + " did not answer within 500 ms. Try again later.");
    }
  }

  @Test
  void mint_closed_saysSo() {
    ProcessTokens tokens = builder().build();
    tokens.close();
    tokens.close();
    assertThatThrownBy(() -> tokens.mint(ProcessRole.WORK, "a", NAMES, DAY))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage(
            "What makes process tokens at " + origin() + " is closed. Use it before it is closed.");
  }

  @Test
  void mint_keyFileMissingOrUnreadable_saysSo() throws Exception {
    String remedy = " Check LATCHKEY_ADMIN_KEY_FILE, and that this process may read the file.";
    Files.delete(file);
    assertMintFails(
        SecretConfigurationException.class, "The admin key file does not exist." + remedy);
    Files.createDirectory(file);
    assertMintFails(
        SecretConfigurationException.class,
        "The admin key file " + file + " cannot be read." + remedy);
    assertThat(server.getRequestCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        API_KEY_ALONE,
        ":" + API_KEY,
        "admin:",
        "admin: " + API_KEY,
        "a:b\n" + API_KEY,
        "admin:" + API_KEY + "\u00e9",
        "\"admin:" + API_KEY + "\" x",
        "a:\0" + API_KEY
      })
  void mint_malformedKeyFile_isNotSentNorShown(String text) throws Exception {
    Files.writeString(file, text);
    assertMintFails(
        SecretConfigurationException.class,
        "The admin key file "
            + file
            + " is not one line userId:apiKey. Put the user and the API key into it, with a colon"
            + " between and without spaces or quotes.");
    assertThat(server.getRequestCount()).isZero();
  }

  @Test
  void mint_keyFileTooLarge_isRefused() throws Exception {
    Files.writeString(file, "admin:" + "k".repeat(5000));
    assertThat(catchThrowable(this::mint))
        .hasMessageStartingWith("The admin key file " + file + " is not one line userId:apiKey.");
    Files.writeString(file, "admin:k" + " ".repeat(5000));
    assertThat(catchThrowable(this::mint))
        .hasMessageStartingWith("The admin key file " + file + " is not one line userId:apiKey.");
  }
}
