package dev.latchkey.client.cli;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretBatchException;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import java.util.Collection;
import java.util.List;

/** The exit statuses of the command: those of BSD's sysexits.h, and the shell's for children. */
final class ExitStatus {
  static final int OK = 0;
  static final int USAGE = 64;
  static final int MALFORMED = 65;
  static final int NOT_FOUND = 66;
  static final int UNAVAILABLE = 69;
  static final int INTERNAL = 70;
  static final int CONFLICT = 73;
  static final int OUTPUT = 74;
  static final int DENIED = 77;
  static final int CONFIGURATION = 78;
  static final int NOT_EXECUTABLE = 126;
  static final int NO_COMMAND = 127;

  /** What stands in the way of most comes first: mending it may show or cure the rest. */
  private static final List<Integer> SEVERITY =
      List.of(INTERNAL, CONFIGURATION, DENIED, UNAVAILABLE, CONFLICT, NOT_FOUND, MALFORMED);

  private ExitStatus() {}

  /** Returns the status of a failure; for several, that of the most severe. */
  static int of(SecretException e) {
    if (e instanceof SecretBatchException batch) {
      return ofAll(batch.failures());
    } else if (e instanceof MalformedSecretException || e instanceof SecretValueException) {
      return MALFORMED;
    } else if (e instanceof SecretNotFoundException) {
      return NOT_FOUND;
    } else if (e instanceof SecretUnavailableException) {
      return UNAVAILABLE;
    } else if (e instanceof SecretConflictException) {
      return CONFLICT;
    } else if (e instanceof SecretAccessDeniedException
        || e instanceof SecretUnauthenticatedException
        || e instanceof SecretDecryptionException) {
      return DENIED;
    } else if (e instanceof SecretConfigurationException) {
      return CONFIGURATION;
    }
    return INTERNAL;
  }

  /** Returns a failure in a word, for scripts. */
  static String word(SecretException e) {
    if (e instanceof MalformedSecretException) {
      return "malformed-secret";
    } else if (e instanceof SecretValueException) {
      return "value";
    } else if (e instanceof SecretNotFoundException) {
      return "not-found";
    } else if (e instanceof SecretProtocolException) {
      return "protocol";
    } else if (e instanceof SecretUnavailableException) {
      return "unavailable";
    } else if (e instanceof SecretConflictException) {
      return "conflict";
    } else if (e instanceof SecretAccessDeniedException) {
      return "access-denied";
    } else if (e instanceof SecretUnauthenticatedException) {
      return "unauthenticated";
    } else if (e instanceof SecretDecryptionException) {
      return "decryption";
    } else if (e instanceof SecretConfigurationException) {
      return "configuration";
    }
    return "batch";
  }

  /** Returns the status of the most severe of some failures; {@link #OK} where there are none. */
  static int ofAll(Collection<? extends SecretException> failures) {
    List<Integer> statuses = failures.stream().map(ExitStatus::of).toList();
    return SEVERITY.stream().filter(statuses::contains).findFirst().orElse(OK);
  }
}
