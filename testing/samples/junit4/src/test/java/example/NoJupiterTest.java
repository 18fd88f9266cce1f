package example;

import static org.junit.Assert.assertThrows;

import org.junit.Test;

/** Shows that fakes by hand need no JUnit Jupiter. */
public class NoJupiterTest {
  @Test
  public void jupiter_isNotOnTheClassPath() {
    assertThrows(ClassNotFoundException.class, () -> Class.forName("org.junit.jupiter.api.Test"));
  }
}
