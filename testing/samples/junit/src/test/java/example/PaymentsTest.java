package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.testing.FakeSecrets;
import dev.latchkey.testing.junit.FakeSecret;
import org.junit.jupiter.api.Test;

@FakeSecret(env = "MY_APP_SECRET", value = "some-value")
class PaymentsTest {
  private final Payments payments = new Payments();

  @Test
  void authorization_holdsTheSecret() {
    assertEquals("Bearer some-value", payments.authorization());
  }

  @Test
  void authorization_afterARotation_holdsTheNewSecret(FakeSecrets secrets) {
    secrets.rotate("MY_APP_SECRET", "other-value");

    assertEquals("Bearer other-value", payments.authorization());
  }

  @Test
  void authorization_withoutAccess_fails(FakeSecrets secrets) {
    secrets.revoke("MY_APP_SECRET");

    assertThrows(SecretAccessDeniedException.class, payments::authorization);
  }
}
