package dev.latchkey;

import java.util.List;

/**
 * What an environment binds and what is held for it: enough to see which version a process uses and
 * how old it is, and never a value. Immutable and thread-safe.
 *
 * @param bindings a line for each reference of each variable, in the order of the environment
 * @param malformed what is wrong with variables whose references cannot be read
 */
public record SecretsReport(List<Line> bindings, List<SecretException> malformed) {
  /**
   * What is held for one reference.
   *
   * @param variable the environment variable that the reference stands in
   * @param ref the reference
   * @param status the version at hand, its age and its state
   */
  public record Line(String variable, SecretRef ref, SecretStatus status) {
    /** Returns the line as a person reads it: {@code DB secret://db version 3, 12 s old, FRESH}. */
    @Override
    public String toString() {
      var text = new StringBuilder(variable).append(' ').append(ref).append(' ');
      status.version().ifPresent(version -> text.append("version ").append(version).append(", "));
      status.age().ifPresent(age -> text.append(age.toSeconds()).append(" s old, "));
      text.append(status.state());
      status.problem().ifPresent(problem -> text.append(": ").append(problem));
      return text.toString();
    }
  }

  /** Copies the lists. */
  public SecretsReport {
    bindings = List.copyOf(bindings);
    malformed = List.copyOf(malformed);
  }

  /** Returns the report as a person reads it, a line for each binding. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    bindings.forEach(line -> text.append(line).append(System.lineSeparator()));
    malformed.forEach(e -> text.append(e.getMessage()).append(System.lineSeparator()));
    return text.toString();
  }
}
