package dev.latchkey.client.cli;

/** A command line that asks for what cannot be. Its texts are safe to print. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final String remedy;

  /**
   * Makes an exception.
   *
   * @param problem what is wrong: one sentence, with its full stop
   * @param remedy what to do
   */
  UsageException(String problem, String remedy) {
    super(problem + " " + remedy);
    this.problem = problem;
    this.remedy = remedy;
  }

  String problem() {
    return problem;
  }

  String remedy() {
    return remedy;
  }
}
