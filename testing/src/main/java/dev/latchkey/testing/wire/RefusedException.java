package dev.latchkey.testing.wire;

/** A request that is refused. Its message repeats nothing of the request. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String reason;

  /** Refuses with the status of an answer, and the reason that it gives. */
  public RefusedException(int status, String reason) {
    super(reason);
    this.status = status;
    this.reason = reason;
  }

  /** Returns the status of the answer. */
  public int status() {
    return status;
  }

  /** Returns why, in a sentence or two. */
  public String reason() {
    return reason;
  }
}
