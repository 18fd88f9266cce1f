package example

import org.testng.Assert.assertThrows
import org.testng.annotations.Test

/** Shows that fakes by hand need no JUnit. */
class NoJUnitTest {
  @Test
  fun `JUnit is not on the class path`() {
    assertThrows(ClassNotFoundException::class.java) { Class.forName("org.junit.jupiter.api.Test") }
    assertThrows(ClassNotFoundException::class.java) { Class.forName("org.junit.Test") }
  }
}
