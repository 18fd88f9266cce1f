package dev.latchkey;

import dev.latchkey.spi.SecretResolver;
import dev.latchkey.spi.Suggestions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Environment variables with the references in them resolved.
 *
 * <p>A value that starts with {@code secret://} is a {@linkplain SecretRef reference}. A value may
 * also hold references inside text, as in {@code
 * jdbc:postgresql://app:${secret://db#/password}@db/app}; there <code>$${secret://</code> stands
 * for <code>${secret://</code>. A value that starts with {@code secret:///} is what follows that
 * slash, literally. Every other value is returned as it is, so that the same code runs with plain
 * variables. A resolved value is never searched for references.
 *
 * <p>References are opened only in a process that has a {@link ProcessRole}. Thread-safe.
 */
public final class SecretEnvironment implements AutoCloseable {
  private final Map<String, Variable> variables;
  private final Opener opener;

  private SecretEnvironment(Builder builder) {
    Map<String, String> environment = builder.environment;
    opener = new Opener(environment, builder.role, builder.resolver);
    variables = new LinkedHashMap<>(environment.size() * 2);
    for (Map.Entry<String, String> entry : environment.entrySet()) {
      String name = entry.getKey();
      variables.put(name, Variable.of(name, entry.getValue(), opener));
    }
  }

  /** Returns a builder of an environment of this process's own variables. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds a {@link SecretEnvironment}. Not thread-safe. */
  public static final class Builder {
    private Map<String, String> environment = System.getenv();
    private @Nullable ProcessRole role;
    private @Nullable SecretResolver resolver;

    private Builder() {}

    /** Sets the variables, which are copied. Default: those of this process. */
    public Builder environment(Map<String, String> environment) {
      this.environment = new LinkedHashMap<>(environment);
      return this;
    }

    /** Sets the role of the process. Default: what {@code LATCHKEY_ROLE} says. */
    public Builder role(ProcessRole role) {
      this.role = role;
      return this;
    }

    /**
     * Sets what resolves references; the environment does not close it. Default: the one of the
     * {@link dev.latchkey.spi.SecretResolverProvider} that is found when a reference is first
     * needed, which the environment closes.
     */
    public Builder resolver(SecretResolver resolver) {
      this.resolver = resolver;
      return this;
    }

    /** Returns the environment. Malformed references in it are reported when they are used. */
    public SecretEnvironment build() {
      return new SecretEnvironment(this);
    }
  }

  /**
   * Returns the text of a variable, its references resolved.
   *
   * @throws SecretNotFoundException if there is no such variable, or no such secret
   * @throws SecretValueException if the value is not UTF-8 text
   * @throws SecretException of another subtype, where the value cannot be had
   */
  public String get(String variable) {
    Variable found = variables.get(variable);
    String text = found == null ? null : found.text();
    if (text == null) {
      throw absent(variable, found);
    }
    return text;
  }

  /**
   * Returns the text of a variable, its references resolved; empty if there is no such variable, or
   * if it is bound to an {@linkplain SecretRef#optional optional} secret that does not exist.
   *
   * @throws SecretException where the variable exists and its value cannot be had
   */
  public Optional<String> find(String variable) {
    Variable found = variables.get(variable);
    return found == null ? Optional.empty() : Optional.ofNullable(found.text());
  }

  /**
   * Returns the value of a variable, its references resolved, for the caller to close.
   *
   * @throws SecretNotFoundException if there is no such variable, or no such secret
   * @throws SecretException of another subtype, where the value cannot be had
   */
  public SecretValue value(String variable) {
    Variable found = variables.get(variable);
    SecretValue value = found == null ? null : found.value();
    if (value == null) {
      throw absent(variable, found);
    }
    return value;
  }

  /**
   * Returns a view of the environment as {@link System#getenv()} gives it, each reference resolved
   * when its value is asked for. A variable that is bound to an optional secret that does not exist
   * is not in it. The map is unmodifiable; its text form shows names and references, and neither
   * values nor plain text.
   */
  public Map<String, String> asMap() {
    return new ResolvedMap(variables);
  }

  /**
   * Returns a view of the current text of a variable. Each read is as if by {@link #get}.
   *
   * @throws SecretNotFoundException if there is no such variable
   */
  public Supplier<String> supplier(String variable) {
    require(variable);
    return () -> get(variable);
  }

  /**
   * Registers a listener to be given each new value of a variable. It is called on a thread of the
   * resolver's, one call at a time; the value is closed when it returns. It is not called for a
   * plain variable, which never changes, nor when an optional secret is gone.
   *
   * @return what ends the registration when it is closed
   * @throws SecretNotFoundException if there is no such variable
   * @throws SecretException if the variable is malformed, or there is no resolver
   */
  public Registration onRotation(String variable, Consumer<SecretValue> listener) {
    Variable found = require(variable);
    if (found instanceof Variable.Malformed malformed) {
      throw malformed.failure.of(variable);
    }
    return new RotationListener(found, listener).register(opener);
  }

  /**
   * Fetches every reference of the environment, in as few requests as the resolver can, so that
   * what is wrong is known now.
   *
   * @throws SecretException if any variable's value cannot be had: for one variable its own
   *     failure, for several a {@link SecretBatchException} that names them all
   */
  public void prefetch() {
    Set<SecretRef> refs = new LinkedHashSet<>();
    Set<String> bound = new LinkedHashSet<>();
    for (Variable variable : variables.values()) {
      for (SecretRef ref : variable.refs()) {
        refs.add(ref.asRequired());
        bound.add(variable.name);
      }
    }
    List<SecretException> failures = new ArrayList<>();
    Map<SecretRef, SecretException> failed = Map.of();
    if (!refs.isEmpty()) {
      try {
        failed = opener.resolver().prefetch(refs);
      } catch (SecretException e) {
        failures.add(e.of(String.join(", ", bound)));
      }
    }
    for (Variable variable : variables.values()) {
      if (variable instanceof Variable.Malformed malformed) {
        failures.add(malformed.failure.of(variable.name));
      }
      for (SecretRef ref : variable.refs()) {
        SecretException failure = failed.get(ref.asRequired());
        if (failure != null && !(ref.optional() && failure instanceof SecretNotFoundException)) {
          failures.add(failure.of(variable.name, ref));
        }
      }
    }
    if (!failures.isEmpty()) {
      throw SecretBatchException.of(failures);
    }
  }

  /** Returns what is bound and what is held for it, without asking the source. */
  public SecretsReport report() {
    List<SecretsReport.Line> lines = new ArrayList<>();
    List<SecretException> malformed = new ArrayList<>();
    for (Variable variable : variables.values()) {
      if (variable instanceof Variable.Malformed found) {
        malformed.add(found.failure.of(variable.name));
      }
      for (SecretRef ref : variable.refs()) {
        SecretStatus status =
            opener
                .ifOpen()
                .map(resolver -> resolver.status(ref.asRequired()))
                .orElse(SecretStatus.NOT_LOADED);
        lines.add(new SecretsReport.Line(variable.name, ref, status));
      }
    }
    return new SecretsReport(lines, malformed);
  }

  /**
   * Closes the resolver if this environment made it; its references cannot be resolved afterwards.
   * Closing twice does nothing.
   */
  @Override
  public void close() {
    opener.close();
  }

  private Variable require(String variable) {
    Variable found = variables.get(variable);
    if (found == null) {
      throw absent(variable, null);
    }
    return found;
  }

  private SecretNotFoundException absent(String variable, @Nullable Variable found) {
    if (found != null) {
      return new SecretNotFoundException(
          variable + ": bound by " + found.raw + ", and there is no such secret.",
          "Create it, or read the variable with find().");
    }
    return new SecretNotFoundException(
        "No environment variable named '" + variable + "' in this process.",
        Suggestions.nearest(variable, variables.keySet())
            .map(other -> "Nearest name: " + other + ".")
            .orElse(
                "Bind it with --secret "
                    + variable
                    + "=NAME, or set it; in a test, by FakeSecrets."));
  }

  /** Returns the names of the variables. */
  @Override
  public String toString() {
    return "SecretEnvironment" + variables.keySet();
  }
}
