package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are held cost no thread, and a rotation reaches all of them. */
class ManyWatchesTest {
  private static final int WATCHES = 1_000;
  private static final String BODY =
      "{\"secrets\":[{\"name\":\"my-secret\",\"knownVersion\":1}],\"waitSeconds\":60}";

  @TempDir Path directory;

  @Test
  @Timeout(60)
  void hold_manyRequests_fewThreadsAndAllAreTold() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Desk desk = Desk.open(directory)) {
      String id = desk.create("my-secret", "some-value");
      byte[] request = request(desk.token("my-secret"));
      for (int i = 0; i < WATCHES; i++) {
        Socket socket = desk.connect();
        sockets.add(socket);
        socket.getOutputStream().write(request);
      }
      desk.awaitWaiting(WATCHES);
      assertThat(desk.service.threads()).isLessThanOrEqualTo(32);

      desk.replace(id, "other-value");

      for (Socket socket : sockets) {
        assertThat(answer(socket)).startsWith("HTTP/1.1 200 ").contains("\"version\":2");
      }
      assertThat(desk.service.waiting()).isZero();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static byte[] request(String token) {
    return ("POST /v1/projects/shop/ciphertexts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + token
            + "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
            + BODY.length()
            + "\r\n\r\n"
            + BODY)
        .getBytes(US_ASCII);
  }

  private static String answer(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), US_ASCII);
  }
}
