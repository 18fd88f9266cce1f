package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.SecretValue;
import dev.latchkey.Secrets;
import java.security.MessageDigest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Takes notices from who knows the secret. */
@RestController
class Webhook {
  @PostMapping("/notices")
  ResponseEntity<Void> notice(@RequestHeader("X-Token") String token) {
    try (SecretValue expected = Secrets.value("MY_APP_SECRET")) {
      boolean known = MessageDigest.isEqual(expected.bytes(), token.getBytes(UTF_8));
      return ResponseEntity.status(known ? 202 : 403).build();
    }
  }
}
