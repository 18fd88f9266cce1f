package dev.latchkey.client.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A scripted service that tokens are asked of. */
@Timeout(60)
abstract class ProcessTokensTests {
  static final String API_KEY = "lka_canary-c0ffee:d00d";
  static final String BASIC =
      "Basic " + Base64.getEncoder().encodeToString(("admin:" + API_KEY).getBytes(UTF_8));
  static final Set<SecretName> NAMES =
      Set.of(SecretName.parse("My-Secret"), SecretName.parse("db"));
  static final Duration DAY = Duration.ofHours(24);
  static final String MINTED =
      "{\"token\":\"lkp_hunter2\",\"id\":\"4-a\",\"expiresAt\":\"2026-03-01T12:00:00Z\"}";
  static final String CHECK_SOURCE =
      " Check that LATCHKEY_SOURCE is the address of a secrets service, and that nothing between"
          + " changes its answers.";

  @TempDir Path directory;
  MockWebServer server = LoopbackServer.unstarted();
  Path file = Path.of("");

  @BeforeEach
  void start() throws IOException {
    server = LoopbackServer.start();
    file = Files.writeString(directory.resolve("admin-key"), "admin:" + API_KEY + "\n");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  ProcessTokens.Builder builder() {
    return ProcessTokens.builder(server.url("/base/").uri()).project("shop").adminKeyFile(file);
  }

  String origin() {
    return "http://localhost:" + server.getPort();
  }

  void answer(int code, String body) {
    server.enqueue(new MockResponse.Builder().code(code).body(body).build());
  }

  ProcessToken mint() {
    try (ProcessTokens tokens = builder().build()) {
      return tokens.mint(ProcessRole.WORK, "payments", NAMES, DAY);
    }
  }
}
