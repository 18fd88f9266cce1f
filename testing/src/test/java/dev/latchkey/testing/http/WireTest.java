package dev.latchkey.testing.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol as bytes, from a client that is none of ours. */
class WireTest {
  private static final String PATH = "/v1/projects/shop/ciphertexts";
  private static final String ASKING = "{\"secrets\":[{\"name\":\"my-secret\"}]}";

  private final FakeSecretService service = FakeSecretService.builder().project("shop").start();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    service.close();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(service.address() + path))
        .header("Authorization", "Bearer " + service.settings().get("LATCHKEY_TOKEN"));
  }

  private HttpRequest.Builder asking(String body) {
    return to(PATH)
        .header("Content-Type", "Application/JSON; charset=utf-8")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    return response;
  }

  private void assertRefused(HttpRequest.Builder request, int status, int code, String message)
      throws IOException, InterruptedException {
    HttpResponse<String> response = send(request);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body())
        .isEqualTo("{\"code\":" + code + ",\"message\":\"" + message + "\",\"details\":[]}");
    ReceivedRequest received = service.requests().get(service.requests().size() - 1);
    assertThat(received.status()).hasValue(status);
    assertThat(received.queries()).isEmpty();
  }

  @Test
  void answer_ofEachStatus_isAsTheProtocolHasIt() throws Exception {
    service.put("my-secret", "some-value");
    service.put("db", "other-value");
    service.deny("yy");
    String body =
        send(asking(
                "{\"waitSeconds\":0,\"secrets\":[{\"name\":\"My-Secret\",\"knownVersion\":6},"
                    + "{\"version\":1,\"name\":\"db\",\"knownVersion\":1},"
                    + "{\"name\":\"zz\"},{\"name\":\"yy\"}]}"))
            .body();
    assertThat(body)
        .matches(
            "\\{\"secrets\":\\[\\{\"name\":\"My-Secret\",\"status\":\"sealed\",\"version\":1,"
                + "\"ciphertext\":\"[A-Za-z0-9+/]+=*\",\"createdAt\":\"20[0-9T:.-]+Z\"},"
                + "\\{\"name\":\"db\",\"status\":\"unchanged\",\"version\":1},"
                + "\\{\"name\":\"zz\",\"status\":\"not_found\"},"
                + "\\{\"name\":\"yy\",\"status\":\"denied\"}]}");
  }

  @Test
  void address_thatIsNone_is404() throws Exception {
    String message = "There is nothing at this path. POST to " + PATH + ".";
    for (String path :
        new String[] {"/", "/v1/projects/other/ciphertexts", PATH + "/", PATH + "?x=1"}) {
      assertRefused(to(path).POST(BodyPublishers.ofString(ASKING)), 404, 5, message);
    }
  }

  @Test
  void method_otherThanPost_is405() throws Exception {
    assertRefused(to(PATH).GET(), 405, 12, "The method is POST.");
    assertRefused(to(PATH).PUT(BodyPublishers.ofString(ASKING)), 405, 12, "The method is POST.");
    assertThat(send(to(PATH).GET()).headers().firstValue("Allow")).hasValue("POST");
  }

  @Test
  void token_missingOrWrong_is401() throws Exception {
    URI address = URI.create(service.address() + PATH);
    HttpRequest.Builder without =
        HttpRequest.newBuilder(address).POST(BodyPublishers.ofString(ASKING));
    assertRefused(without, 401, 16, "There is no token. Send Authorization: Bearer and the token.");
    String token = service.settings().get("LATCHKEY_TOKEN");
    for (String wrong : new String[] {"Bearer x", token, "bearer " + token, "Basic " + token}) {
      assertRefused(
          without.copy().header("Authorization", wrong),
          401,
          16,
          "The token is not the one that is accepted.");
    }
    assertThat(service.requests()).noneMatch(ReceivedRequest::tokenAccepted);
  }

  @Test
  void contentType_otherThanJson_is415() throws Exception {
    String message = "Send Content-Type: application/json.";
    assertRefused(to(PATH).POST(BodyPublishers.ofString(ASKING)), 415, 3, message);
    assertRefused(
        to(PATH).header("Content-Type", "text/plain").POST(BodyPublishers.ofString(ASKING)),
        415,
        3,
        message);
  }

  @Test
  void body_overTheLimit_is413() throws Exception {
    assertRefused(
        asking(" ".repeat(WireFront.MAX_BODY_BYTES) + ASKING),
        413,
        8,
        "A body is at most 2097152 bytes.");
    String fits = " ".repeat(WireFront.MAX_BODY_BYTES - ASKING.length()) + ASKING;
    assertThat(send(asking(fits)).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~~ | The body is not a JSON object.",
        "[] | The body is not a JSON object.",
        "{ | The body is not well-formed JSON.",
        "{'secrets':[{'name':'a'}]} x | The body is not well-formed JSON.",
        "{'secrets':[{'name':'a'}]} {} | Something follows the JSON of the body.",
        "{'secrets':[{'name':'a'}],'secrets':[]} | The body is not well-formed JSON.",
        "{'secrets':[[[[[[[[[[[[[[[[[ | A secret is not an object.",
        "{} | The body has no secrets.",
        "{'secret':[{'name':'a'}]} | The body has a field that is neither secrets nor waitSeconds.",
        "{'secrets':{}} | secrets is not a list.",
        "{'secrets':[]} | A request is for 1 to 100 secrets, not 0.",
        "{'secrets':['a']} | A secret is not an object.",
        "{'secrets':[{'name':'a' | The body is not well-formed JSON.",
        "{'secrets':[{}]} | A secret has no name.",
        "{'secrets':[{'name':7}]} | A name is not text.",
        "{'secrets':[{'name':null}]} | A name is not text.",
        "{'secrets':[{'name':'a b'}]}"
            + " | A secret name holds only letters, digits, dashes and periods (at character 2).",
        "{'secrets':[{'name':'a','known':1}]}"
            + " | A secret has a field that is none of name, version, knownVersion.",
        "{'secrets':[{'name':'a','version':0}]}"
            + " | A version is a whole number, 1 to 9223372036854775807.",
        "{'secrets':[{'name':'a','version':9223372036854775808}]}"
            + " | A version is a whole number, 1 to 9223372036854775807.",
        "{'secrets':[{'name':'a','version':'1'}]}"
            + " | A version is a whole number, 1 to 9223372036854775807.",
        "{'secrets':[{'name':'a','knownVersion':1.0}]}"
            + " | A knownVersion is a whole number, 1 to 9223372036854775807.",
        "{'secrets':[{'name':'a'}],'waitSeconds':61}"
            + " | waitSeconds is a whole number, 0 to 60.",
        "{'secrets':[{'name':'a'}],'waitSeconds':-1}"
            + " | waitSeconds is a whole number, 0 to 60.",
      })
  void body_malformed_is400(String body, String message) throws Exception {
    assertRefused(asking(body.replace('\'', '"')), 400, 3, message);
  }

  @Test
  void secrets_overAHundred_areTooMany() throws Exception {
    assertThat(send(asking(asking(100))).statusCode()).isEqualTo(200);
    assertRefused(asking(asking(101)), 400, 3, "A request is for 1 to 100 secrets, not 101.");
  }

  private static String asking(int names) {
    return IntStream.range(0, names)
        .mapToObj(i -> "{\"name\":\"secret-" + i + "\"}")
        .collect(Collectors.joining(",", "{\"secrets\":[", "]}"));
  }
}
