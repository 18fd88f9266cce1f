package dev.latchkey.testing.junit;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Keeps tests with fake secrets that the whole process sees apart from all others with fakes. Tests
 * without fakes that must not run beside them take the lock {@link #RESOURCE} themselves.
 */
public final class FakeSecretLocks implements ResourceLocksProvider {
  /** The resource that is locked: to be written by tests whose fakes the whole process sees. */
  public static final String RESOURCE = "dev.latchkey.testing.FakeSecrets";

  /** Resources whose writer runs beside no test with fakes; the other one is that of Isolated. */
  private static final Set<String> ALONE = Set.of(RESOURCE, Resources.GLOBAL);

  /** For JUnit. */
  public FakeSecretLocks() {}

  @Override
  public Set<Lock> provideForClass(Class<?> testClass) {
    return lock(Optional.empty(), List.of(), testClass);
  }

  @Override
  public Set<Lock> provideForNestedClass(List<Class<?>> enclosing, Class<?> testClass) {
    return lock(Optional.empty(), enclosing, testClass);
  }

  @Override
  public Set<Lock> provideForMethod(List<Class<?>> enclosing, Class<?> testClass, Method method) {
    return lock(Optional.of(method), enclosing, testClass);
  }

  /** Tells whether a test excludes others that take the lock. */
  static boolean isTaken(Optional<Method> method, Collection<Class<?>> classes) {
    return Stream.<AnnotatedElement>concat(method.stream(), classes.stream())
        .flatMap(it -> AnnotationSupport.findRepeatableAnnotations(it, ResourceLock.class).stream())
        .anyMatch(FakeSecretLocks::excludes);
  }

  private static boolean excludes(ResourceLock lock) {
    return List.of(lock.providers()).contains(FakeSecretLocks.class)
        || (ALONE.contains(lock.value()) && lock.mode() == ResourceAccessMode.READ_WRITE);
  }

  private static Set<Lock> lock(
      Optional<Method> method, List<Class<?>> enclosing, Class<?> testClass) {
    List<Class<?>> classes = new ArrayList<>(enclosing);
    classes.add(testClass);
    boolean threadScoped = FakeSecretsExtension.isThreadScoped(method, classes);
    return Set.of(
        new Lock(RESOURCE, threadScoped ? ResourceAccessMode.READ : ResourceAccessMode.READ_WRITE));
  }
}
