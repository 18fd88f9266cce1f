package dev.latchkey.testing.service;

import dev.latchkey.ProcessRole;
import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.testing.service.AuditLog.Entry;
import dev.latchkey.testing.service.ProcessToken.Grant;
import dev.latchkey.testing.service.ProcessToken.Wish;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the program that runs a service does as its admin, without a request, in the first project.
 * Thread-safe.
 */
final class OwnDeeds {
  private static final Duration TOKEN_TTL = Duration.ofDays(1);

  private final ProjectSecrets secrets;
  private final ProcessTokens tokens;
  private final CiphertextReads reads;
  private final AuditLog audit;
  private final Caller.Admin admin;

  OwnDeeds(
      ProjectSecrets secrets,
      ProcessTokens tokens,
      CiphertextReads reads,
      AuditLog audit,
      Caller.Admin admin) {
    this.secrets = secrets;
    this.tokens = tokens;
    this.reads = reads;
    this.audit = audit;
    this.admin = admin;
  }

  String project() {
    return secrets.project();
  }

  long put(SecretName name, SecretValue value) {
    Route.Call call = secrets.exists(name) ? Route.Call.REPLACE : Route.Call.CREATE;
    return changed(call, name, () -> secrets.put(name, value, admin.userId()));
  }

  void delete(SecretName name) {
    changed(
        Route.Call.DELETE,
        name,
        () -> {
          secrets.delete(name);
          return name;
        });
  }

  private <T> T changed(Route.Call call, SecretName name, Supplier<T> change) {
    try {
      return audited(call, name, null, change);
    } finally {
      reads.changed(project(), name); // Also if only a part of it was done.
    }
  }

  /** Returns a new token. */
  String mint(String app, Set<SecretName> names) {
    var wish = new Wish(new Grant(ProcessRole.WORK, app, names), TOKEN_TTL);
    return audited(Route.Call.MINT, null, wish.grant(), () -> tokens.mint(project(), wish).text());
  }

  private <T> T audited(
      Route.Call call, @Nullable SecretName name, @Nullable Grant grant, Supplier<T> deed) {
    audit.add(List.of(entry(call, name, grant, "begun")), false);
    try {
      T result = deed.get();
      audit.add(List.of(entry(call, name, null, "ok")), true);
      return result;
    } catch (RuntimeException e) {
      audit.add(List.of(entry(call, name, null, Failure.of(e).outcome())), false);
      throw e;
    }
  }

  private Entry entry(
      Route.Call call, @Nullable SecretName name, @Nullable Grant grant, String outcome) {
    String secret = name == null ? null : name.toString();
    return new Entry(admin, call.action, project(), secret, null, grant, outcome, null);
  }
}
