package dev.latchkey.testing.service;

import dev.latchkey.SecretName;
import dev.latchkey.testing.service.AuditLog.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What somebody does, and the secret or token that it turns out to be about: what its lines in the
 * audit log tell. Not thread-safe.
 */
class Deed {
  private final String action;
  private final @Nullable String project;
  private Caller caller;
  private @Nullable String secret;
  private @Nullable String tokenId;
  private ServedToken.@Nullable Grant grant;

  Deed(Caller caller, String action, @Nullable String project) {
    this.caller = caller;
    this.action = action;
    this.project = project;
  }

  final Caller caller() {
    return caller;
  }

  final void about(SecretName name) {
    secret = name.toString();
  }

  final void about(ServedSecret served) {
    about(served.stored().name());
  }

  final void aboutToken(String id) {
    tokenId = id;
  }

  final void aboutTokenFor(ServedToken.Grant wanted) {
    grant = wanted;
  }

  /** Sets who does it, where that is known only later. */
  final void by(Caller known) {
    caller = known;
  }

  final Entry begun() {
    return new Entry(caller, action, project, secret, tokenId, grant, "begun", null);
  }

  final Entry entry(String outcome, @Nullable Integer status) {
    return new Entry(caller, action, project, secret, tokenId, null, outcome, status);
  }
}
