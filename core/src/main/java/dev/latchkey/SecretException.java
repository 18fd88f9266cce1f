package dev.latchkey;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that can go wrong with a secret. The subtypes tell who has to act.
 *
 * <p>A message is made of a <em>problem</em>, which says what failed and where, and a
 * <em>remedy</em>, which says what to do. Neither ever holds a secret value, a token, a key, the
 * body of an answer, or the text of a parser's error; nor does any cause. Implementers of the SPIs
 * keep it so.
 *
 * <p>Each throw makes a new exception: where one failure reaches many threads, each gets its own,
 * with the shared one as its cause.
 */
public abstract sealed class SecretException extends RuntimeException
    permits MalformedSecretException,
        SecretAccessDeniedException,
        SecretBatchException,
        SecretConfigurationException,
        SecretConflictException,
        SecretDecryptionException,
        SecretNotFoundException,
        SecretUnauthenticatedException,
        SecretUnavailableException,
        SecretValueException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final String remedy;

  /**
   * Makes an exception whose message is the problem, a space and the remedy.
   *
   * @param problem what failed and where: one sentence, with its full stop
   * @param remedy what to do: one sentence or two; empty where there is nothing to say
   * @param cause a cause whose own message is safe to print, or null
   */
  SecretException(String problem, String remedy, @Nullable Throwable cause) {
    super(remedy.isEmpty() ? problem : problem + " " + remedy, cause);
    this.problem = problem;
    this.remedy = remedy;
  }

  /** Returns what failed and where, as one sentence. */
  public final String problem() {
    return problem;
  }

  /** Returns what to do about it; empty where there is nothing to say. */
  public final String remedy() {
    return remedy;
  }

  /**
   * Returns a new exception of this type with another problem, this one's remedy, and this one as
   * its cause. It is how a failure gains the name of the variable that it is about, and how a
   * failure shared by many threads is thrown in each.
   *
   * @param problem what failed and where: one sentence, with its full stop
   */
  public abstract SecretException withProblem(String problem);

  /** Returns this failure as one of the given environment variable and what it is bound to. */
  final SecretException of(String variable, SecretRef ref) {
    return withProblem(variable + ": " + problem + " Bound by " + ref + ".");
  }

  /** Returns this failure as one of the given environment variable. */
  final SecretException of(String variable) {
    return withProblem(variable + ": " + problem);
  }
}
