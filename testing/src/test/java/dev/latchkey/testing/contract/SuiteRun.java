package dev.latchkey.testing.contract;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests of a suite against one variant, and tells which of them failed. */
final class SuiteRun implements TestExecutionListener {
  private static final String VARIANT = "latchkey.variant";

  private static final LauncherConfig ALONE =
      LauncherConfig.builder()
          .enableTestEngineAutoRegistration(false)
          .enableTestExecutionListenerAutoRegistration(false)
          .enableLauncherSessionListenerAutoRegistration(false)
          .enableLauncherDiscoveryListenerAutoRegistration(false)
          .enablePostDiscoveryFilterAutoRegistration(false)
          .addTestEngines(new JupiterTestEngine())
          .build();

  private final Map<String, Throwable> failures = new TreeMap<>();
  private final Set<String> begun = new TreeSet<>();

  private SuiteRun() {}

  /** Gives the constructor of a suite the name of its variant; whoever runs it alone, the sound. */
  static final class VariantName implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == String.class;
    }

    @Override
    public String resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context.getConfigurationParameter(VARIANT).orElse("sound");
    }
  }

  /** Returns the names of the tests that a suite consists of, those it inherits included. */
  static Set<String> promises(Class<?> suite) {
    Set<String> promises = new TreeSet<>();
    for (Class<?> type = suite; type != null; type = type.getSuperclass()) {
      Arrays.stream(type.getDeclaredMethods())
          .filter(SuiteRun::isTest)
          .map(Method::getName)
          .forEach(promises::add);
    }
    return promises;
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(TestFactory.class);
  }

  /**
   * Returns what failed of the given tests, and why.
   *
   * @throws AssertionError if not all of them were run
   */
  static Map<String, Throwable> failures(
      Class<?> suite, String variant, Collection<String> promises) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(promises.stream().map(name -> selectMethod(suite, name)).toList())
            .configurationParameter(VARIANT, variant)
            .build();
    var run = new SuiteRun();
    LauncherFactory.create(ALONE).execute(request, run);
    if (!run.begun.equals(new TreeSet<>(promises))) {
      throw new AssertionError("Of " + promises + " only " + run.begun + " were run.");
    }
    return run.failures;
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    String name = methodOf(test);
    if (!name.isEmpty()) {
      begun.add(name);
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.FAILED) {
      failures.put(methodOf(test), result.getThrowable().orElseThrow());
    }
  }

  /** Returns the method that a test is, or is a part of; empty for what is above the methods. */
  private static String methodOf(TestIdentifier test) {
    return UniqueId.parse(test.getUniqueId()).getSegments().stream()
        .filter(part -> part.getType().equals("method") || part.getType().equals("test-factory"))
        .map(part -> part.getValue().replaceFirst("\\(.*", ""))
        .findFirst()
        .orElse("");
  }
}
