package dev.latchkey.testing.service;

import dev.latchkey.SecretName;
import java.util.List;

/**
 * Has what is kept changed: never without a line in the audit log that survives what comes, and
 * told to those who wait for news. Thread-safe.
 */
record Changes(AuditLog audit, CiphertextReads reads) {
  /** Makes a change, and returns what came of it. */
  interface Change<T, E extends Exception> {
    T make() throws E;
  }

  /** Writes down that a change is about to be made. */
  void begin(Deed deed) {
    audit.add(List.of(deed.begun()), true);
  }

  /** Changes a secret. */
  <T, E extends Exception> T make(Deed deed, String project, SecretName name, Change<T, E> change)
      throws E {
    begin(deed);
    try {
      return change.make();
    } finally {
      reads.changed(project, name); // Also if only a part of it was done.
    }
  }
}
