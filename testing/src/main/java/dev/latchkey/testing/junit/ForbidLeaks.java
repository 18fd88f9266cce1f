package dev.latchkey.testing.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * Fails a test, or each of a class, that shows one of its {@linkplain FakeSecret fake secrets} in
 * output, in a log or in an exception that escapes, as a {@link dev.latchkey.testing.LeakDetector}
 * does. A parameter of that type is what a test forbids more values with.
 *
 * <pre>{@code
 * @Test
 * @ForbidLeaks
 * @FakeSecret(env = "MY_APP_SECRET", value = "some-value")
 * void shows() {
 *   System.out.println(Secrets.get("MY_APP_SECRET").length()); // the value itself would fail
 * }
 * }</pre>
 *
 * <p>Of an exception that shows a value, types and stack traces are reported, and the messages with
 * the secret's name in place of the value. A value of less than 4 characters, or of one repeated,
 * is an error, and so is the annotation on a test that has neither a fake secret nor a {@link
 * dev.latchkey.testing.LeakDetector}.
 *
 * <p>Exceptions that other extensions throw are not looked at, nor one from a stream of dynamic
 * tests.
 *
 * <p>Output and logs are one for all: when tests run in parallel, such a test excludes others that
 * lock {@link Resources#SYSTEM_OUT} or {@link Resources#SYSTEM_ERR}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith({FakeSecretsExtension.class, ForbidLeaksExtension.class})
@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
@ResourceLock(providers = FakeSecretLocks.class)
public @interface ForbidLeaks {}
