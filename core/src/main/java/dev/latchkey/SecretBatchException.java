package dev.latchkey;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several variables failed at once, and nothing was started or returned. The message has a line for
 * each.
 */
public final class SecretBatchException extends SecretException {
  private static final long serialVersionUID = 1L;

  private final SecretException[] failures;

  private SecretBatchException(
      String problem, SecretException[] failures, @Nullable Throwable cause) {
    super(problem, "", cause);
    this.failures = failures;
  }

  /**
   * Returns what to throw for the given failures: the only one itself, or one exception for all.
   *
   * @param failures at least one failure, each with a message that names its variable
   */
  static SecretException of(List<? extends SecretException> failures) {
    if (failures.size() == 1) {
      return failures.get(0);
    }
    String problem =
        failures.stream()
            .map(SecretException::getMessage)
            .collect(
                Collectors.joining(
                    System.lineSeparator() + "  ",
                    failures.size() + " variables failed:" + System.lineSeparator() + "  ",
                    ""));
    var batch = new SecretBatchException(problem, failures.toArray(SecretException[]::new), null);
    failures.forEach(batch::addSuppressed);
    return batch;
  }

  /** Returns the failures, one a variable, in the order of the variables. */
  public List<SecretException> failures() {
    return List.of(failures);
  }

  @Override
  public SecretBatchException withProblem(String problem) {
    return new SecretBatchException(problem, failures, this);
  }
}
