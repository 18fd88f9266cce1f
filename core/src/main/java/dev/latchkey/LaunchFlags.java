package dev.latchkey;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The flags of a command line, and all that is wrong with them. No message repeats anything that
 * follows an equals sign, not even as the name that somebody may have meant: it may be a value.
 */
final class LaunchFlags {
  private static final Opener NEVER_OPENED = new Opener(Map.of(), null, null);

  private final Map<String, String> optionOf = new LinkedHashMap<>();
  private final Map<String, String> variables = new LinkedHashMap<>();
  private final List<SecretException> failures = new ArrayList<>();

  void addEnv(List<String> flags) {
    add(
        "--env",
        flags,
        flag -> EnvName.before(flag, "A variable is NAME=VALUE"),
        LaunchFlags::value);
  }

  void addSecrets(List<String> flags) {
    add(
        "--secret",
        flags,
        SecretBinding::variable,
        flag -> SecretBinding.parse(flag).ref().toString());
  }

  /** Returns the variables that the flags spell, or throws all that is wrong. */
  Map<String, String> variables() {
    if (!failures.isEmpty()) {
      throw SecretBatchException.of(failures);
    }
    return variables;
  }

  private void add(
      String option,
      List<String> flags,
      UnaryOperator<String> nameOf,
      UnaryOperator<String> valueOf) {
    for (int i = 0; i < flags.size(); i++) {
      String flag = flags.get(i);
      try {
        String name = nameOf.apply(flag);
        checkFirst(name, option);
        variables.put(name, valueOf.apply(flag));
      } catch (MalformedSecretException e) {
        failures.add(e.withProblem(option + " number " + (i + 1) + ": " + e.problem()));
      }
    }
  }

  private void checkFirst(String name, String option) {
    String other = optionOf.putIfAbsent(name, option);
    if (other != null) {
      String where = other.equals(option) ? "twice in " + option : "in --env and in --secret";
      failures.add(
          new MalformedSecretException(
              name + ": stands " + where + ".", "Leave one of them out.", -1));
    }
  }

  private static String value(String flag) {
    int equals = flag.indexOf('=');
    String name = flag.substring(0, equals);
    String value = flag.substring(equals + 1);
    if (Variable.of(name, value, NEVER_OPENED) instanceof Variable.Malformed malformed) {
      throw malformed.failure.withoutRemedy(name + ": " + malformed.failure.problem());
    }
    return value;
  }
}
