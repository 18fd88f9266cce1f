package dev.latchkey.testing.service;

import dev.latchkey.SecretName;
import dev.latchkey.testing.service.AuditLog.Entry;
import org.jspecify.annotations.Nullable;

/**
 * A request whose caller may make it, and the secret or token that it turns out to be about. Not
 * thread-safe.
 */
final class Job {
  private final Exchange exchange;
  private final Route route;
  private final Route.Call call;
  private Caller caller;
  private @Nullable String secret;
  private @Nullable String tokenId;
  private ProcessToken.@Nullable Grant grant;

  Job(Exchange exchange, Caller caller, Route route, Route.Call call) {
    this.exchange = exchange;
    this.caller = caller;
    this.route = route;
    this.call = call;
  }

  Exchange exchange() {
    return exchange;
  }

  Caller caller() {
    return caller;
  }

  Route route() {
    return route;
  }

  Route.Call call() {
    return call;
  }

  void about(SecretName name) {
    secret = name.toString();
  }

  void about(ServedSecret served) {
    about(served.stored().name());
  }

  void aboutToken(String id) {
    tokenId = id;
  }

  void aboutTokenFor(ProcessToken.Grant wanted) {
    grant = wanted;
  }

  /** Sets who asks, where only the body tells. */
  void by(Caller known) {
    caller = known;
  }

  Entry begun() {
    return new Entry(caller, call.action, route.project(), secret, tokenId, grant, "begun", null);
  }

  Entry entry(String outcome, int status) {
    return new Entry(caller, call.action, route.project(), secret, tokenId, null, outcome, status);
  }
}
