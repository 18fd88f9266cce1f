package example

import dev.latchkey.Secrets
import dev.latchkey.testing.FakeSecrets
import org.testng.Assert.assertEquals
import org.testng.Assert.assertNull
import org.testng.annotations.Test

class PaymentsTest {
  @Test
  fun `authorization after a rotation holds the new secret`() {
    FakeSecrets.of("MY_APP_SECRET", "some-value").install().use { secrets ->
      val payments = Payments()
      assertEquals(payments.authorization, "Bearer some-value")
      assertNull(payments.partner)

      secrets.rotate("MY_APP_SECRET", "other-value")
      assertEquals(payments.authorization, "Bearer other-value")
    }
  }

  @Test
  fun `a value is overwritten at the end of use`() {
    FakeSecrets.of("TLS_KEY", byteArrayOf(1, 2, 3)).install().use {
      val size = Secrets.value("TLS_KEY").use { key -> key.bytes().size }
      assertEquals(size, 3)
    }
  }
}
