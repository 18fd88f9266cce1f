package dev.latchkey.testing;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretBinding;
import dev.latchkey.SecretEnvironment;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.Secrets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in memory, for tests of code that reads them with {@link Secrets}.
 *
 * <pre>{@code
 * try (FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "some-value").install()) {
 *   assertEquals("some-value", Secrets.get("MY_APP_SECRET"));
 * }
 * }</pre>
 *
 * <p>Each variable is bound to a fake secret of its own, through the same references, roles and
 * rules as a real one. The process's other variables stay as they are, and nothing of its real
 * source, token or keyset is touched. Thread-safe.
 */
public final class FakeSecrets implements AutoCloseable {
  private final FakeResolver resolver = new FakeResolver();
  private final Map<String, SecretBinding> bindings = new LinkedHashMap<>();
  private Secrets.@Nullable Installation installation;

  private FakeSecrets() {}

  /**
   * Returns fakes with one variable; more are added with {@link #and}.
   *
   * @throws dev.latchkey.MalformedSecretException if the variable's name is not well-formed
   */
  public static FakeSecrets of(String variable, String value) {
    return new FakeSecrets().and(variable, value);
  }

  /**
   * Returns fakes with one variable whose value is bytes.
   *
   * @param value copied
   * @throws dev.latchkey.MalformedSecretException if the variable's name is not well-formed
   */
  public static FakeSecrets of(String variable, byte[] value) {
    return new FakeSecrets().and(variable, value);
  }

  /**
   * Adds a variable to these fakes and returns them.
   *
   * @throws dev.latchkey.MalformedSecretException if the variable's name is not well-formed
   * @throws dev.latchkey.SecretValueException if the text has a lone surrogate, or is too large
   * @throws IllegalStateException if the variable has a value, or if the fakes are installed
   */
  public FakeSecrets and(String variable, String value) {
    return add(variable, SecretValue.of(value));
  }

  /**
   * Adds a variable whose value is bytes to these fakes and returns them.
   *
   * @param value copied
   * @throws dev.latchkey.MalformedSecretException if the variable's name is not well-formed
   * @throws dev.latchkey.SecretValueException if the value is too large
   * @throws IllegalStateException if the variable has a value, or if the fakes are installed
   */
  public FakeSecrets and(String variable, byte[] value) {
    return add(variable, SecretValue.copyOf(value));
  }

  private synchronized FakeSecrets add(String variable, SecretValue value) {
    if (installation != null) {
      throw new IllegalStateException("Add " + variable + " before the fakes are installed.");
    }
    if (bindings.containsKey(variable)) {
      throw new IllegalStateException(variable + " has a fake value already.");
    }
    var binding = new SecretBinding(variable, SecretRef.of(nameFor(variable)));
    resolver.put(binding.ref().name(), value);
    bindings.put(variable, binding);
    return this;
  }

  /** The number keeps apart what the rules of names would make equal. */
  private SecretName nameFor(String variable) {
    String readable = variable.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String name = "fake-" + (bindings.size() + 1) + "-" + readable;
    int end = Math.min(name.length(), SecretName.MAX_LABEL_LENGTH);
    while (name.charAt(end - 1) == '-') {
      end--;
    }
    return SecretName.parse(name.substring(0, end));
  }

  /**
   * Gives a variable a new value, as a rotation of its secret does. Rotation listeners have been
   * called, on this thread, when this method returns. What one of them throws reaches the test,
   * after the others have been called; outside of tests it is logged.
   *
   * @throws dev.latchkey.SecretValueException if the text has a lone surrogate, or is too large
   * @throws IllegalStateException if the variable is not one of these fakes, or these are closed
   */
  public void rotate(String variable, String value) {
    SecretBinding binding;
    synchronized (this) {
      binding = bindings.get(variable);
    }
    if (binding == null) {
      throw new IllegalStateException(variable + " has no fake value to rotate.");
    }
    resolver.put(binding.ref().name(), SecretValue.of(value));
  }

  /**
   * Returns the environment that {@link Secrets} shows while these fakes are installed: this
   * process's variables and the fakes', in a process whose role is {@link ProcessRole#WORK}.
   */
  public synchronized SecretEnvironment environment() {
    Map<String, String> variables = new LinkedHashMap<>(System.getenv());
    bindings.forEach((variable, binding) -> variables.put(variable, binding.ref().toString()));
    return SecretEnvironment.builder()
        .environment(variables)
        .role(ProcessRole.WORK)
        .resolver(resolver)
        .build();
  }

  /**
   * Makes {@link Secrets} show these fakes until they are closed, and returns them.
   *
   * @throws IllegalStateException if they are installed already
   */
  public synchronized FakeSecrets install() {
    if (installation != null) {
      throw new IllegalStateException("These fakes are installed already.");
    }
    installation = Secrets.install(environment());
    return this;
  }

  /**
   * Brings back what {@link Secrets} showed before, and overwrites the fake values. Closing twice
   * does nothing.
   *
   * @throws IllegalStateException if what was installed later is still open
   */
  @Override
  public synchronized void close() {
    if (installation != null) {
      installation.close();
    }
    resolver.close();
  }

  /** Returns the variables' names. */
  @Override
  public synchronized String toString() {
    return "FakeSecrets" + bindings.keySet();
  }
}
