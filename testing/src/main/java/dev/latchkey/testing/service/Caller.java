package dev.latchkey.testing.service;

/** Who makes a request, as the credential tells. */
sealed interface Caller {
  /** Who manages secrets. */
  record Admin(String userId) implements Caller {}

  /** A process, which reads what its token permits. */
  record Reader(ServedToken token) implements Caller {}

  /** Nobody, or somebody with a credential that is not in force. */
  record Unknown() implements Caller {}
}
