package dev.latchkey;

import dev.latchkey.spi.SecretResolver;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
  /** The most bytes of a variable: its name, the equals sign, its value and the end mark. */
  public static final int MAX_ENTRY_BYTES = 128 << 10;

  /** Starts of the names of what opens secrets, which a child by value has no need of. */
  private static final List<String> CREDENTIALS = List.of("LATCHKEY_TOKEN", "LATCHKEY_KEYSET");

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
   * @throws SecretException if a flag is malformed or a name stands twice: for one problem its own
   *     failure, for several a {@link SecretBatchException}
   */
  public static LaunchEnvironment parse(ProcessRole role, List<String> env, List<String> secrets) {
    var flags = new Flags();
    for (int i = 0; i < env.size(); i++) {
      String flag = env.get(i);
      flags.add("--env", i, () -> literal(flag));
    }
    for (int i = 0; i < secrets.size(); i++) {
      String flag = secrets.get(i);
      flags.add("--secret", i, () -> reference(SecretBinding.parse(flag)));
    }
    return new LaunchEnvironment(role, flags.variables());
  }

  private static Map.Entry<String, String> literal(String flag) {
    int equals = flag.indexOf('=');
    if (equals < 0) {
      throw MalformedSecretException.at(
          "A variable is NAME=VALUE, and here the equals sign is missing", flag, flag.length());
    }
    return Map.entry(EnvName.parse(flag, equals), flag.substring(equals + 1));
  }

  private static Map.Entry<String, String> reference(SecretBinding binding) {
    return Map.entry(binding.variable(), binding.ref().toString());
  }

  /** The flags read so far, and what is wrong with them. */
  private static final class Flags {
    private final Map<String, String> optionOf = new LinkedHashMap<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final List<SecretException> failures = new ArrayList<>();

    void add(String option, int index, Supplier<Map.Entry<String, String>> flag) {
      try {
        Map.Entry<String, String> variable = flag.get();
        String other = optionOf.putIfAbsent(variable.getKey(), option);
        if (other == null) {
          variables.put(variable.getKey(), variable.getValue());
        } else {
          String where = other.equals(option) ? "twice in " + option : "in --env and in --secret";
          failures.add(
              new MalformedSecretException(
                  variable.getKey() + ": stands " + where + ".", "Leave one of them out.", -1));
        }
      } catch (MalformedSecretException e) {
        failures.add(e.withProblem(option + " number " + (index + 1) + ": " + e.problem()));
      }
    }

    Map<String, String> variables() {
      if (!failures.isEmpty()) {
        throw SecretBatchException.of(failures);
      }
      return variables;
    }
  }

  /**
   * Returns the environment of a child that resolves for itself: the inherited variables, this
   * environment's own with references in place of secrets, and the role.
   *
   * @param inherited the variables that the child gets besides
   * @throws SecretException if a variable does not fit the environment of a process
   */
  public Map<String, String> byReference(Map<String, String> inherited) {
    Map<String, String> environment = new LinkedHashMap<>(inherited);
    environment.putAll(variables);
    environment.put(ProcessRole.VARIABLE, role.toString());
    check(environment);
    return environment;
  }

  /**
   * Returns the environment of a child that knows nothing of secrets: as {@link #byReference}, with
   * every reference resolved, those in inherited variables too, and without inherited {@code
   * LATCHKEY_TOKEN…} and {@code LATCHKEY_KEYSET…}. A variable that is bound to an optional secret
   * that does not exist is left out.
   *
   * @param inherited the variables that the child gets besides
   * @param resolver what resolves the references; not closed
   * @throws SecretException if any variable cannot be resolved or does not fit the environment of a
   *     process: one failure its own, several a {@link SecretBatchException}
   */
  public Map<String, String> byValue(Map<String, String> inherited, SecretResolver resolver) {
    Map<String, String> references = new LinkedHashMap<>(inherited);
    references.keySet().removeIf(name -> CREDENTIALS.stream().anyMatch(name::startsWith));
    references.putAll(variables);
    references.put(ProcessRole.VARIABLE, role.toString());
    SecretEnvironment environment =
        SecretEnvironment.builder().environment(references).role(role).resolver(resolver).build();
    environment.prefetch();

    Map<String, String> values = new LinkedHashMap<>();
    List<SecretException> failures = new ArrayList<>();
    for (String name : references.keySet()) {
      try {
        environment.find(name).ifPresent(value -> values.put(name, value));
      } catch (SecretValueException e) {
        failures.add(
            new SecretValueException(
                e.problem(),
                "An environment variable holds text: start the process by reference, and read the"
                    + " value there with SecretValue.bytes()."));
      } catch (SecretException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw SecretBatchException.of(failures);
    }
    check(values);
    return values;
  }

  /**
   * Gives a process that is about to start this environment by reference, see {@link #byReference}.
   *
   * @throws SecretException as there; the process builder is then as it was
   */
  public void applyTo(ProcessBuilder process) {
    replace(process.environment(), byReference(process.environment()));
  }

  /**
   * Gives a process that is about to start this environment by value, see {@link #byValue}.
   *
   * @throws SecretException as there; the process builder is then as it was
   */
  public void applyTo(ProcessBuilder process, SecretResolver resolver) {
    replace(process.environment(), byValue(process.environment(), resolver));
  }

  private static void replace(Map<String, String> environment, Map<String, String> by) {
    environment.keySet().retainAll(by.keySet());
    environment.putAll(by);
  }

  private static void check(Map<String, String> environment) {
    CharsetEncoder encoder = platformCharset().newEncoder();
    List<SecretException> failures = new ArrayList<>();
    environment.forEach(
        (name, value) -> {
          String problem = misfit(name, value, encoder);
          if (problem != null) {
            failures.add(
                new SecretValueException(
                    name + ": " + problem,
                    "Start the process by reference, or hand the value over in a file."));
          }
        });
    if (!failures.isEmpty()) {
      throw SecretBatchException.of(failures);
    }
  }

  private static @Nullable String misfit(String name, String value, CharsetEncoder encoder) {
    if (value.indexOf('\0') >= 0) {
      return "the value has a NUL character, which no environment variable can hold.";
    }
    if (!encoder.canEncode(value)) {
      return "the value has a character that "
          + encoder.charset()
          + ", the charset of this"
          + " process's environment, cannot encode.";
    }
    // Cheap bounds first: most variables are far from the limit.
    long atMost = (name.length() + value.length() + 2L) * (long) encoder.maxBytesPerChar();
    if (atMost > MAX_ENTRY_BYTES
        && (name + "=" + value).getBytes(encoder.charset()).length + 1 > MAX_ENTRY_BYTES) {
      return "the variable is over 128 KiB, the most that an environment variable can hold.";
    }
    return null;
  }

  /** Returns the charset that the JDK writes environments in, on JDK 17 and newer alike. */
  private static Charset platformCharset() {
    String name = System.getProperty("sun.jnu.encoding");
    return name != null && Charset.isSupported(name)
        ? Charset.forName(name)
        : Charset.defaultCharset();
  }

  /** Returns the variables' names. */
  @Override
  public String toString() {
    return "LaunchEnvironment" + variables.keySet();
  }
}
