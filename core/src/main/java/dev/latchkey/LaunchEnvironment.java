package dev.latchkey;

import dev.latchkey.spi.SecretResolver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What {@code --env FOO=bar} and {@code --secret MY_APP_SECRET=my-secret} of a process about to
 * start add up to.
 *
 * <p>It is applied <em>by reference</em>, for a child that has this library and resolves for
 * itself, or <em>by value</em>, for a child in any language. Either way it happens as a whole or
 * not at all: whatever is wrong with any variable is found, and thrown together, before the child's
 * environment is touched. Messages name variables and never repeat what follows an equals sign.
 *
 * <p>Immutable and thread-safe.
 */
public final class LaunchEnvironment {
  private static final EntryLimits LIMITS = EntryLimits.ofThisProcess();

  /** What the names of settings start with, which a child by value has no need of. */
  private static final String SETTINGS = "LATCHKEY_";

  private final ProcessRole role;
  private final Map<String, String> variables;

  private LaunchEnvironment(ProcessRole role, Map<String, String> variables) {
    this.role = role;
    this.variables = variables;
  }

  /**
   * Returns the environment that the flags of a command line spell.
   *
   * @param role what the child is to the app
   * @param env each {@code NAME=VALUE}; all that follows the first equals sign is the value, and
   *     references in it count
   * @param secrets each {@code NAME=SECRET}, see {@link SecretBinding#parse}
   * @throws SecretException if a flag or a reference in it is malformed or a name stands twice: for
   *     one problem its own failure, for several a {@link SecretBatchException}
   */
  public static LaunchEnvironment parse(ProcessRole role, List<String> env, List<String> secrets) {
    var flags = new LaunchFlags();
    flags.addEnv(env);
    flags.addSecrets(secrets);
    return new LaunchEnvironment(role, flags.variables());
  }

  /**
   * Returns the environment of a child that resolves for itself: the inherited variables, this
   * environment's own with references in place of secrets, and the role unless it is among them.
   *
   * @param inherited the variables that the child gets besides
   * @throws SecretException if a variable does not fit the environment of a process
   */
  public Map<String, String> byReference(Map<String, String> inherited) {
    Map<String, String> environment = new LinkedHashMap<>(inherited);
    environment.put(ProcessRole.VARIABLE, role.toString());
    environment.putAll(variables);
    LIMITS.check(environment, inherited, "Hand the value over in a file.");
    return environment;
  }

  /**
   * Returns the environment of a child that knows nothing of secrets: as {@link #byReference}, with
   * every reference resolved, those in inherited variables too, and without inherited {@code
   * LATCHKEY_…} settings, the token and the keyset among them. A variable that is bound to an
   * optional secret that does not exist is left out.
   *
   * @param inherited the variables that the child gets besides
   * @param resolver what resolves the references; not closed
   * @throws SecretException if any variable cannot be resolved or does not fit the environment of a
   *     process: one failure its own, several a {@link SecretBatchException}
   */
  public Map<String, String> byValue(Map<String, String> inherited, SecretResolver resolver) {
    Map<String, String> references = references(inherited);
    SecretEnvironment environment =
        SecretEnvironment.builder().environment(references).role(role).resolver(resolver).build();
    return values(environment, references.keySet(), inherited);
  }

  /**
   * Returns the names of the secrets that the child's environment refers to, those in inherited
   * variables too: what a token of the child has to be for. A reference that is malformed names
   * none; it fails where it is resolved.
   *
   * @param inherited the variables that the child gets besides; {@code LATCHKEY_…} settings among
   *     them do not count
   */
  public Set<SecretName> secretNames(Map<String, String> inherited) {
    Set<SecretName> names = new TreeSet<>();
    plain(references(inherited)).report().bindings().forEach(line -> names.add(line.ref().name()));
    return names;
  }

  private SecretEnvironment plain(Map<String, String> references) {
    return SecretEnvironment.builder().environment(references).role(role).build();
  }

  private Map<String, String> references(Map<String, String> inherited) {
    Map<String, String> references = new LinkedHashMap<>(inherited);
    references.keySet().removeIf(name -> name.startsWith(SETTINGS));
    references.put(ProcessRole.VARIABLE, role.toString());
    references.putAll(variables);
    return references;
  }

  private static Map<String, String> values(
      SecretEnvironment environment, Set<String> names, Map<String, String> inherited) {
    environment.prefetch();
    Map<String, String> values = new LinkedHashMap<>();
    List<SecretException> failures = new ArrayList<>();
    for (String name : names) {
      try {
        environment.find(name).ifPresent(value -> values.put(name, value));
      } catch (SecretException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw SecretBatchException.of(failures);
    }
    LIMITS.check(
        values, inherited, "Start the process by reference, or hand the value over in a file.");
    return values;
  }

  /**
   * Gives a process that is about to start this environment by reference, see {@link #byReference}.
   *
   * @throws SecretException as there; the process builder is then as it was
   */
  public void applyByReference(ProcessBuilder process) {
    replace(process.environment(), byReference(process.environment()));
  }

  /**
   * Gives a process that is about to start this environment by value, see {@link #byValue}.
   *
   * @throws SecretException as there; the process builder is then as it was
   */
  public void applyByValue(ProcessBuilder process, SecretResolver resolver) {
    replace(process.environment(), byValue(process.environment(), resolver));
  }

  /**
   * Gives a process that is about to start this environment by value, see {@link #byValue}, without
   * a resolver where there is no reference, so that what starts without secrets needs no settings.
   *
   * @param connect makes the resolver, which is closed before this returns
   * @throws SecretException as there, or as making the resolver does; the process builder is then
   *     as it was
   */
  public void applyByValue(ProcessBuilder process, Supplier<? extends SecretResolver> connect) {
    Map<String, String> references = references(process.environment());
    SecretEnvironment plain = plain(references);
    if (plain.report().bindings().isEmpty()) {
      replace(process.environment(), values(plain, references.keySet(), process.environment()));
      return;
    }
    try (SecretResolver resolver = connect.get()) {
      applyByValue(process, resolver);
    }
  }

  /** Leaves alone what is the same already: put back, it would lose bytes that are not text. */
  private static void replace(Map<String, String> environment, Map<String, String> by) {
    environment.keySet().retainAll(by.keySet());
    by.forEach(
        (name, value) -> {
          if (!value.equals(environment.get(name))) {
            environment.put(name, value);
          }
        });
  }

  /** Returns the variables' names. */
  @Override
  public String toString() {
    return "LaunchEnvironment" + variables.keySet();
  }
}
