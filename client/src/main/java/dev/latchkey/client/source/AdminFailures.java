package dev.latchkey.client.source;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import java.time.Clock;
import java.time.Duration;
import okhttp3.Headers;

/** What goes wrong when an admin asks for a process token; as {@link HttpFailures}. */
final class AdminFailures extends HttpFailures {
  private final AdminKeyFile key;

  AdminFailures(String origin, String project, AdminKeyFile key) {
    super(origin, project);
    this.key = key;
  }

  @Override
  SecretException ofStatus(int code, Headers headers, Clock clock) {
    return switch (code) {
      // What the service says to it is not repeated, as of any status: it may quote the request.
      case 400, 413 ->
          new SecretProtocolException(
              origin() + " refused to make or renew a process token (status " + code + ").",
              "Check the app's name, and that the service and this version fit each other.");
      case 401 ->
          new SecretUnauthenticatedException(
              origin() + " does not accept the admin key in the file" + key.named() + ".",
              "It may have been replaced: write the one that is in force into the file of"
                  + " LATCHKEY_ADMIN_KEY_FILE.");
      case 403 ->
          new SecretAccessDeniedException(
              "The admin key in the file"
                  + key.named()
                  + " may not make process tokens for project '"
                  + project()
                  + "' at "
                  + origin()
                  + ".",
              "Set LATCHKEY_ADMIN_KEY_FILE to the key of an admin of that project.");
      case 404 ->
          new SecretProtocolException(
              origin()
                  + " has no project '"
                  + project()
                  + "', or makes no process tokens at that address.",
              "Check LATCHKEY_PROJECT, and the path in LATCHKEY_SOURCE.");
      default -> super.ofStatus(code, headers, clock);
    };
  }

  @Override
  SecretException tooLarge() {
    return new SecretProtocolException(
        "The answer of " + origin() + " is over " + HttpExchange.MAX_BODY_BYTES + " bytes.",
        "Check that LATCHKEY_SOURCE is the address of a secrets service.");
  }

  @Override
  SecretUnavailableException noToken(Duration timeout) {
    return new SecretUnavailableException(
        "The admin key for " + origin() + " was not at hand within " + timeout.toMillis() + " ms.",
        "Look at where the file of LATCHKEY_ADMIN_KEY_FILE is.");
  }

  @Override
  SecretUnavailableException closed() {
    return new SecretUnavailableException(
        "What makes process tokens at " + origin() + " is closed.", "Use it before it is closed.");
  }
}
