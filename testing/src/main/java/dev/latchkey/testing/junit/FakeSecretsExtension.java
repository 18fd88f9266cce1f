package dev.latchkey.testing.junit;

import dev.latchkey.SecretValue;
import dev.latchkey.Secrets;
import dev.latchkey.testing.FakeSecrets;
import dev.latchkey.testing.LeakDetector;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Installs what {@link FakeSecret} declares: for each test, from before its instance is constructed
 * until it has ended; and for the methods that run before and after all tests of a class.
 */
public final class FakeSecretsExtension
    implements TestInstancePreConstructCallback,
        BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        InvocationInterceptor,
        ParameterResolver {
  private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";
  private static final Namespace NAMESPACE = Namespace.create(FakeSecretsExtension.class);

  /** For JUnit. */
  public FakeSecretsExtension() {}

  /** The fakes of one context, closed with it at the latest: a constructor may have failed. */
  record Installed(FakeSecrets fakes, @Nullable LeakDetector leaks)
      implements ExtensionContext.Store.CloseableResource {
    @Override
    public void close() {
      try (leaks) {
        fakes.close();
      }
    }
  }

  /** Tells whether a test is, by its method or by one of the classes around it. */
  static boolean isThreadScoped(Optional<Method> method, Collection<Class<?>> classes) {
    return isAnnotated(ThreadScoped.class, method, classes);
  }

  private static boolean isAnnotated(
      Class<? extends Annotation> with, Optional<Method> method, Collection<Class<?>> classes) {
    return AnnotationSupport.isAnnotated(method, with)
        || classes.stream().anyMatch(it -> AnnotationSupport.isAnnotated(it, with));
  }

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    install(context);
  }

  /** Ends what was there for the constructor of an instance that all tests of a class share. */
  @Override
  public void beforeAll(ExtensionContext context) {
    if (context.getTestInstanceLifecycle().equals(Optional.of(Lifecycle.PER_CLASS))) {
      end(context);
    }
  }

  private static void end(ExtensionContext context) {
    Installed installed = store(context).remove(key(context), Installed.class);
    if (installed != null) {
      installed.close();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    install(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    end(context);
  }

  @Override
  public void interceptBeforeAllMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    aroundAll(invocation, context);
  }

  @Override
  public void interceptAfterAllMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    aroundAll(invocation, context);
  }

  private static void aroundAll(Invocation<Void> invocation, ExtensionContext context)
      throws Throwable {
    install(context);
    proceed(invocation, () -> end(context));
  }

  /** What the end throws is added to what the invocation has thrown. */
  private static void proceed(Invocation<Void> invocation, AutoCloseable end) throws Throwable {
    try (end) {
      invocation.proceed();
    }
  }

  /** A dynamic test may run on another thread than the test that made it. */
  @Override
  public void interceptDynamicTest(
      Invocation<Void> invocation, DynamicTestInvocationContext dynamic, ExtensionContext context)
      throws Throwable {
    Optional<Installed> installed = nearest(context);
    if (installed.isEmpty() || !isThreadScoped(context)) {
      invocation.proceed();
      return;
    }
    FakeSecrets fakes = installed.get().fakes();
    proceed(invocation, Secrets.installForThread(fakes.environment()));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == FakeSecrets.class
        || parameter.isAnnotated(FakeSecret.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Parameter declared = parameter.getParameter();
    Installed installed = nearest(context).orElseGet(() -> install(context));
    Class<?> type = declared.getType();
    if (type == FakeSecrets.class) {
      return installed.fakes();
    }
    String place = DeclaredFake.place(parameter.getDeclaringExecutable());
    Optional<FakeSecret> annotation = parameter.findAnnotation(FakeSecret.class);
    if (annotation.isEmpty()
        || !context.getTestMethod().equals(Optional.of(parameter.getDeclaringExecutable()))) {
      throw DeclaredFake.wrong(place, "a parameter of a test method alone can have it.");
    }
    String variable = annotation.get().env();
    SecretValue value = Secrets.value(variable);
    if (type == SecretValue.class) {
      return value;
    }
    try (value) {
      if (type == String.class) {
        return value.reveal();
      }
      if (type == byte[].class) {
        return value.bytes().clone();
      }
      if (type == char[].class) {
        return value.chars().clone();
      }
    }
    throw DeclaredFake.wrong(
        place,
        "the parameter of "
            + variable
            + " is of type "
            + type.getSimpleName()
            + ", and can be a String, byte[], char[] or SecretValue.");
  }

  private static Installed install(ExtensionContext context) {
    return store(context)
        .getOrComputeIfAbsent(
            key(context),
            key -> {
              boolean threadScoped = isThreadScoped(context);
              if (!threadScoped) {
                requireLock(context);
              }
              Collection<DeclaredFake> declared =
                  DeclaredFake.around(context.getTestMethod(), classes(context));
              FakeSecrets fakes = make(declared);
              LeakDetector leaks = detector(context, fakes, declared.isEmpty());
              if (leaks != null) {
                leaks.start();
              }
              Installed installed = new Installed(fakes, leaks);
              try {
                if (threadScoped) {
                  fakes.installForThread();
                } else {
                  fakes.install();
                }
              } catch (RuntimeException | Error e) {
                installed.close();
                throw e;
              }
              return installed;
            },
            Installed.class);
  }

  /** Returns what looks for leaks of a test, if it has {@link ForbidLeaks}. */
  private static @Nullable LeakDetector detector(
      ExtensionContext context, FakeSecrets fakes, boolean empty) {
    Optional<Method> test = context.getTestMethod();
    if (!isAnnotated(ForbidLeaks.class, test, classes(context))) {
      return null;
    }
    try {
      if (empty
          && AnnotationSupport.isAnnotated(test, ForbidLeaks.class)
          && !List.of(test.get().getParameterTypes()).contains(LeakDetector.class)) {
        throw new IllegalArgumentException(
            "there is nothing to look for. Declare a @FakeSecret, or take a LeakDetector as a"
                + " parameter and tell it.");
      }
      return new LeakDetector().forbid(fakes);
    } catch (IllegalArgumentException e) {
      String place =
          test.map(DeclaredFake::place).orElseGet(() -> context.getRequiredTestClass().getName());
      throw new ExtensionConfigurationException("@ForbidLeaks on " + place + ": " + e.getMessage());
    }
  }

  /** JUnit takes locks by what stands on a method or a class, and not by a parameter. */
  private static void requireLock(ExtensionContext context) {
    boolean parallel =
        context
            .getConfigurationParameter(PARALLEL)
            .filter(it -> Boolean.parseBoolean(it.trim()))
            .isPresent();
    if (parallel && !FakeSecretLocks.isTaken(context.getTestMethod(), classes(context))) {
      throw new ExtensionConfigurationException(
          "Fake secrets of "
              + context.getRequiredTestClass().getName()
              + context.getTestMethod().map(it -> "." + it.getName()).orElse("")
              + ": tests run in parallel, and the lock that keeps those with fakes apart is not"
              + " taken by a parameter or by @ExtendWith. Put @FakeSecret, or"
              + " @ResourceLock(FakeSecretLocks.RESOURCE), on the method or class; or add"
              + " @ThreadScoped.");
    }
  }

  static Optional<Installed> nearest(ExtensionContext context) {
    Optional<ExtensionContext> next = Optional.of(context);
    while (next.isPresent()) {
      Installed found = store(next.get()).get(key(next.get()), Installed.class);
      if (found != null) {
        return Optional.of(found);
      }
      next = next.get().getParent();
    }
    return Optional.empty();
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  /** A store looks into those around it, so each context has a key of its own. */
  private static String key(ExtensionContext context) {
    return context.getUniqueId();
  }

  private static boolean isThreadScoped(ExtensionContext context) {
    return isThreadScoped(context.getTestMethod(), classes(context));
  }

  private static FakeSecrets make(Collection<DeclaredFake> declared) {
    FakeSecrets fakes = FakeSecrets.none();
    for (DeclaredFake each : declared) {
      each.addTo(fakes);
    }
    return fakes;
  }

  /** Returns the class of a test and those that it is nested in, the outermost first. */
  private static Set<Class<?>> classes(ExtensionContext context) {
    Set<Class<?>> classes = new LinkedHashSet<>();
    context.getParent().ifPresent(parent -> classes.addAll(classes(parent)));
    context.getTestClass().ifPresent(classes::add);
    return classes;
  }
}
