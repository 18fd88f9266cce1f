package dev.latchkey.testing.service;

import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import dev.latchkey.testing.wire.RefusedException;
import java.lang.System.Logger.Level;
import java.util.List;

/** What an exception becomes in an answer. */
record Failure(int status, String message) {
  private static final System.Logger LOG = System.getLogger("dev.latchkey.testing.service");

  static Failure of(Exception e) {
    if (e instanceof RefusedException refused) {
      return new Failure(refused.status(), refused.reason());
    }
    if (e instanceof SecretConflictException conflict) {
      return new Failure(409, text(conflict));
    }
    if (e instanceof SecretNotFoundException notFound) {
      return new Failure(404, text(notFound));
    }
    if (e instanceof SecretValueException value) {
      return new Failure(400, text(value));
    }
    if (e instanceof SecretUnavailableException) {
      return new Failure(503, "The service's data cannot be used; its log says why.");
    }
    return new Failure(500, "The service failed; its log says why.");
  }

  /** Returns that, and logs what is the operator's to know. */
  static Failure logged(Exception e) {
    Failure failure = of(e);
    if (e instanceof SecretUnavailableException unavailable) {
      LOG.log(Level.ERROR, text(unavailable));
    } else if (failure.status == 500) {
      LOG.log(Level.ERROR, "A request failed.", e);
    }
    return failure;
  }

  /**
   * Writes down that a deed failed, and returns what is to be told: another failure if that fails.
   */
  Failure writtenDown(AuditLog audit, Deed deed) {
    try {
      audit.add(List.of(deed.entry(outcome(), status)), false);
      return this;
    } catch (RuntimeException e) {
      return logged(e);
    }
  }

  private static String text(SecretException e) {
    return e.problem() + " " + e.remedy();
  }

  /** Returns what the audit log calls it. */
  String outcome() {
    return switch (status) {
      case 401, 403 -> "denied";
      case 404 -> "not_found";
      case 409 -> "exists";
      default -> status < 500 ? "refused" : "failed";
    };
  }
}
