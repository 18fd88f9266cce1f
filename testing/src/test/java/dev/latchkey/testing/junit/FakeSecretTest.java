package dev.latchkey.testing.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretValue;
import dev.latchkey.Secrets;
import dev.latchkey.testing.FakeSecrets;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@FakeSecret(env = "MY_APP_SECRET", value = "of-class")
@FakeSecret(env = "OTHER", value = "")
class FakeSecretTest {
  private static final String X = "MY_APP_SECRET";

  private final String constructed = Secrets.get(X);

  private static void assertShown(String value) {
    assertThat(Secrets.get(X)).isEqualTo(value);
    assertThat(System.getenv(X)).isEqualTo(value);
  }

  @BeforeAll
  static void allBegin(FakeSecrets secrets) {
    assertShown("of-class");
    secrets.rotate(X, "gone-afterwards");
  }

  @BeforeEach
  void begin() {
    assertThat(Secrets.get(X)).isEqualTo(constructed);
  }

  @AfterEach
  void end() {
    assertThat(System.getenv(X)).isEqualTo(constructed);
  }

  @AfterAll
  static void allEnd() {
    assertShown("of-class");
  }

  @RepeatedTest(2)
  void ofClass_isShownAndNewForEachTest(FakeSecrets secrets) {
    assertShown("of-class");
    assertThat(Secrets.get("OTHER")).isEmpty();
    secrets.rotate(X, "rotated");
    assertThat(Secrets.get(X)).isEqualTo("rotated");
    secrets.revoke(X);
    assertThatThrownBy(() -> Secrets.get(X)).isInstanceOf(SecretAccessDeniedException.class);
  }

  @Test
  @FakeSecret(env = "MY_APP_SECRET", value = "of-method")
  @FakeSecret(env = "DB", secret = "db", version = 3, field = "/password", value = "s3cret")
  void ofMethod_winsAndHasItsReference() {
    assertShown("of-method");
    assertThat(constructed).isEqualTo("of-method");
    assertThat(Secrets.report().toString()).contains("secret://db?version=3#/password");
  }

  @Test
  void ofParameter_isGivenInEachType(
      @FakeSecret(env = "A", value = "a") String a,
      @FakeSecret(env = "B", value = "b") byte[] b,
      @FakeSecret(env = "C", value = "c") char[] c,
      @FakeSecret(env = "D", file = "pom.xml") SecretValue d,
      @FakeSecret(env = "E", random = true) String e) {
    assertThat(Secrets.get("A") + System.getenv("B") + Secrets.get("C")).isEqualTo("abc");
    assertThat(a).isEqualTo("a");
    assertThat(b).containsExactly('b');
    assertThat(c).containsExactly('c');
    assertThat(d.reveal()).contains("<artifactId>latchkey-testing</artifactId>");
    assertThat(e).matches("[A-Za-z0-9]{32}").isEqualTo(Secrets.get("E"));
  }

  @TestFactory
  Stream<DynamicTest> dynamic_testsSeeThem() {
    return Stream.of(DynamicTest.dynamicTest("dynamic", () -> assertShown("of-class")));
  }

  @Nested
  @FakeSecret(env = "OTHER", value = "of-nested")
  class Inner {
    @Test
    void nested_addsToTheOuter() {
      assertShown("of-class");
      assertThat(System.getenv("OTHER")).isEqualTo("of-nested");
    }
  }

  @Nested
  class Derived extends Base {
    @Test
    void superclass_counts() {
      assertShown("of-base");
    }
  }

  @FakeSecret(env = "MY_APP_SECRET", value = "of-base")
  static class Base {}

  @Retention(RetentionPolicy.RUNTIME)
  @FakeSecret(env = "MY_APP_SECRET", value = "of-annotation")
  @interface WithPayments {}

  @Test
  @WithPayments
  void ofAnAnnotationOfOnesOwn_isShown() {
    assertShown("of-annotation");
  }

  @FakeSecret(env = "MY_APP_SECRET", value = "of-interface")
  interface Paying {}

  @Nested
  class Implementing implements Paying {
    @Test
    void interface_counts() {
      assertShown("of-interface");
    }
  }

  @Nested
  @TestInstance(Lifecycle.PER_CLASS)
  class Shared {
    private final String constructed = Secrets.get(X);

    @RepeatedTest(2)
    void sharedInstance_isConstructedWithThemToo() {
      assertThat(constructed).isEqualTo("of-class");
      assertShown("of-class");
    }
  }
}
