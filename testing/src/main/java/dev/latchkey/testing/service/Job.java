package dev.latchkey.testing.service;

/** A deed that a request asks for, whose caller may have it done. Not thread-safe. */
final class Job extends Deed {
  private final Exchange exchange;
  private final Route route;
  private final Route.Call call;

  Job(Exchange exchange, Caller caller, Route route, Route.Call call) {
    super(caller, call.action, route.project());
    this.exchange = exchange;
    this.route = route;
    this.call = call;
  }

  Exchange exchange() {
    return exchange;
  }

  Route route() {
    return route;
  }

  Route.Call call() {
    return call;
  }
}
