package dev.latchkey.testing.service;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.testing.service.ServedToken.Grant;
import dev.latchkey.testing.service.ServedToken.Wish;
import dev.latchkey.testing.service.ServedTokens.Minted;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What the program that runs a service does as its admin, without a request, in the first project.
 * Thread-safe.
 */
final class OwnDeeds {
  private static final Duration TOKEN_TTL = Duration.ofDays(1);

  private final ProjectSecrets secrets;
  private final ServedTokens tokens;
  private final Changes changes;
  private final Caller.Admin admin;

  OwnDeeds(ProjectSecrets secrets, ServedTokens tokens, Changes changes, Caller.Admin admin) {
    this.secrets = secrets;
    this.tokens = tokens;
    this.changes = changes;
    this.admin = admin;
  }

  String project() {
    return secrets.project();
  }

  long put(SecretName name, SecretValue value) {
    return changed("put-secret", name, () -> secrets.put(name, value, admin.userId()));
  }

  void delete(SecretName name) {
    changed(
        Route.Call.DELETE.action,
        name,
        () -> {
          secrets.delete(name);
          return name;
        });
  }

  private <T> T changed(String action, SecretName name, Supplier<T> change) {
    var deed = new Deed(admin, action, project());
    deed.about(name);
    return audited(deed, () -> changes.make(deed, project(), name, change::get));
  }

  /** Returns a new token. */
  String mint(String app, Set<SecretName> names) {
    var wish = new Wish(new Grant(ProcessRole.WORK, app, names), TOKEN_TTL);
    var deed = new Deed(admin, Route.Call.MINT.action, project());
    deed.aboutTokenFor(wish.grant());
    return audited(
        deed,
        () -> {
          changes.begin(deed);
          Minted minted = tokens.mint(project(), wish);
          deed.aboutToken(minted.token().id());
          return minted.text();
        });
  }

  /** Writes down what comes of a deed. */
  private <T> T audited(Deed deed, Supplier<T> work) {
    T result;
    try {
      result = work.get();
    } catch (RuntimeException e) {
      try {
        changes.audit().add(List.of(deed.entry(Failure.of(e).outcome(), null)), false);
      } catch (RuntimeException unwritten) {
        e.addSuppressed(unwritten);
      }
      throw e;
    }
    changes.audit().add(List.of(deed.entry("ok", null)), true);
    return result;
  }
}
