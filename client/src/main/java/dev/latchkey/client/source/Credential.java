package dev.latchkey.client.source;

import dev.latchkey.SecretException;

/**
 * What requests prove by whom they are sent: the value of the {@code Authorization} header, checked
 * to be safe there. Thread-safe; whoever asks may have to wait.
 */
interface Credential {
  /**
   * Returns what to send.
   *
   * @throws SecretException if there is nothing, or it cannot be sent
   */
  Given current();

  /**
   * Returns what to send in place of what was refused, which may be the same again.
   *
   * @throws SecretException if there is nothing, or it cannot be sent
   */
  Given renewed(Given refused);

  /** A credential as it was given. Not a record: that would show it. */
  final class Given {
    private final String header;
    private final int renewals;

    /** Makes one for a header, after so many renewals. */
    Given(String header, int renewals) {
      this.header = header;
      this.renewals = renewals;
    }

    String header() {
      return header;
    }

    int renewals() {
      return renewals;
    }

    boolean isSameAs(Given other) {
      return header.equals(other.header);
    }
  }
}
