package example;

import static org.testng.Assert.assertEquals;

import dev.latchkey.testing.FakeSecrets;
import org.testng.annotations.Test;

public class PaymentsTest {
  @Test
  public void authorization_afterARotation_holdsTheNewSecret() {
    try (FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "some-value").install()) {
      Payments payments = new Payments();
      assertEquals(payments.authorization(), "Bearer some-value");

      secrets.rotate("MY_APP_SECRET", "other-value");
      assertEquals(payments.authorization(), "Bearer other-value");
    }
  }
}
