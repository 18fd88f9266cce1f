package dev.latchkey.testing.junit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.testkit.engine.EngineTestKit;

/** This package's tests run twice, on the oldest JUnit served and on the newest. */
class JUnitVersionTest {
  private static final String EXPECTED = System.getProperty("junit.expected");

  @Test
  void junit_isOfTheVersionThatTheBuildMeans() {
    assertThat(EXPECTED).as("the property junit.expected, set by the build").isNotNull();
    assertThat(Test.class.getPackage().getImplementationVersion()).isEqualTo(EXPECTED);
    assertThat(new JupiterTestEngine().getVersion()).contains(EXPECTED);
    // The platform was at 1 when Jupiter was at 5.
    assertThat(EngineTestKit.class.getPackage().getImplementationVersion())
        .isEqualTo(EXPECTED.replaceFirst("^5", "1"));
  }
}
