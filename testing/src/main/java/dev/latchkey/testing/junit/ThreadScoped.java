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
 * such tests can run in parallel. {@link System#getenv} and threads that run already, such as those
 * of a pool, see nothing of them, but the process's own settings; a thread that one test has
 * started goes on seeing that test's fakes while they last, whoever it works for then.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ThreadScoped {}
