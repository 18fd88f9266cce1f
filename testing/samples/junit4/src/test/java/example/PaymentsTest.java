package example;

import static org.junit.Assert.assertEquals;

import dev.latchkey.testing.FakeSecrets;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

public class PaymentsTest {
  private final FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "some-value");

  @Before
  public void install() {
    secrets.install();
  }

  @After
  public void uninstall() {
    secrets.close();
  }

  @Test
  public void authorization_afterARotation_holdsTheNewSecret() {
    Payments payments = new Payments();
    assertEquals("Bearer some-value", payments.authorization());

    secrets.rotate("MY_APP_SECRET", "other-value");
    assertEquals("Bearer other-value", payments.authorization());
  }
}
