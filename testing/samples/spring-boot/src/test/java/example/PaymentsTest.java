package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.latchkey.testing.FakeSecrets;
import dev.latchkey.testing.junit.FakeSecret;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
@FakeSecret(env = "MY_APP_SECRET", value = "some-value")
class PaymentsTest {
  @Autowired private Payments payments; // reads Secrets.supplier("MY_APP_SECRET")
  @Autowired private Invoices invoices; // was given @Value("${MY_APP_SECRET}")

  @Test
  void authorization_holdsTheSecret() {
    assertEquals("Bearer some-value", payments.authorization());
    assertEquals("Bearer some-value", invoices.authorization());
  }

  @Test
  void authorization_afterARotation_holdsTheNewSecretWhereItIsAskedFor(FakeSecrets secrets) {
    secrets.rotate("MY_APP_SECRET", "other-value");

    assertEquals("Bearer other-value", payments.authorization());
    assertEquals("Bearer some-value", invoices.authorization());
  }
}
