package dev.latchkey.testing.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Shows the {@linkplain FakeSecret fake secrets} of a test, or of all tests of a class, to the
 * test's thread and to those that it starts, and through {@link dev.latchkey.Secrets} alone: so
 * such tests can run in parallel. {@link System#getenv} and threads of pools that run already see
 * nothing of them.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ThreadScoped {}
