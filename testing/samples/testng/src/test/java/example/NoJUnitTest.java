package example;

import static org.testng.Assert.assertThrows;

import org.testng.annotations.Test;

/** Shows that fakes by hand need no JUnit. */
public class NoJUnitTest {
  @Test
  public void jupiter_isNotOnTheClassPath() {
    assertThrows(ClassNotFoundException.class, () -> Class.forName("org.junit.jupiter.api.Test"));
  }

  @Test
  public void junit4_isNotOnTheClassPath() {
    assertThrows(ClassNotFoundException.class, () -> Class.forName("org.junit.Test"));
  }
}
