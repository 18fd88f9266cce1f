package dev.latchkey.testing.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Binds an environment variable to a fake secret for the tests of a class, for one test, or for one
 * test that is given the value as this parameter ({@code String}, {@code byte[]}, {@code char[]} or
 * {@link dev.latchkey.SecretValue}).
 *
 * <pre>{@code
 * @Test
 * @FakeSecret(env = "MY_APP_SECRET", value = "some-value")
 * void reads() {
 *   assertEquals("some-value", Secrets.get("MY_APP_SECRET"));
 * }
 * }</pre>
 *
 * <p>Each test has fakes of its own, those of the class among them, which are there when its
 * instance is constructed and put back after it, also when it fails. What is nearer to the test
 * wins for a variable: method and parameters, class, superclass, enclosing class. It may stand on
 * an annotation of your own, or on an interface that the class has. A parameter of type {@link
 * dev.latchkey.testing.FakeSecrets} is what a test rotates and denies them with.
 *
 * <p>Both {@link dev.latchkey.Secrets} and {@link System#getenv} show them, to all threads; so
 * tests with fakes exclude one another when tests run in parallel. With {@link ThreadScoped} they
 * do not. JUnit takes no lock for what stands on a parameter alone; so, when it runs tests in
 * parallel, such a test fails at its start, unless it is {@link ThreadScoped} or its method or
 * class has a {@link FakeSecret} or takes the lock {@link FakeSecretLocks#RESOURCE}. The same goes
 * for a test that has {@link FakeSecretsExtension} by {@link ExtendWith} alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER})
@Repeatable(FakeSecret.List.class)
@ExtendWith(FakeSecretsExtension.class)
@ResourceLock(providers = FakeSecretLocks.class)
public @interface FakeSecret {
  /** The name of the variable. */
  String env();

  /** The text that the variable shows; one of this, {@link #file} and {@link #random} is given. */
  String[] value() default {};

  /** The file with the bytes that the variable shows, from the working directory. */
  String file() default "";

  /** Whether the variable shows 32 random letters and digits, others for each test. */
  boolean random() default false;

  /** The name of the secret, for reports and messages; made up unless it is given. */
  String secret() default "";

  /** The version of {@link #secret} that the variable is bound to; the newest if 0. */
  long version() default 0;

  /**
   * The JSON pointer of the field of {@link #secret} that the variable is bound to; the value is
   * that field's.
   */
  String field() default "";

  /** More than one {@link FakeSecret}. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.TYPE, ElementType.METHOD, ElementType.PARAMETER})
  @ExtendWith(FakeSecretsExtension.class)
  @ResourceLock(providers = FakeSecretLocks.class)
  @interface List {
    /** The annotations. */
    FakeSecret[] value();
  }
}
