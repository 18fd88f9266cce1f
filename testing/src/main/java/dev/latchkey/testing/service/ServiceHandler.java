package dev.latchkey.testing.service;

import dev.latchkey.SecretName;
import dev.latchkey.testing.service.AuditLog.Entry;
import dev.latchkey.testing.service.ManagementWire.NewValue;
import dev.latchkey.testing.service.ProcessToken.Wish;
import dev.latchkey.testing.service.ProcessTokens.Minted;
import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests: who asks, what for, whether that one may, then the body, then the deed, then
 * the line in the audit log. Thread-safe.
 */
final class ServiceHandler extends Handler.Abstract {
  private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost");

  private final Map<String, ProjectSecrets> projects;
  private final List<String> projectNames;
  private final Credentials credentials;
  private final ProcessTokens tokens;
  private final CiphertextReads reads;
  private final AuditLog audit;
  private final Limits limits;

  /** Makes a handler; the first of the projects is that of the paths without one. */
  ServiceHandler(
      List<ProjectSecrets> projects,
      Credentials credentials,
      ProcessTokens tokens,
      CiphertextReads reads,
      AuditLog audit,
      Limits limits) {
    this.projects =
        projects.stream()
            .collect(Collectors.toUnmodifiableMap(ProjectSecrets::project, project -> project));
    this.projectNames = projects.stream().map(ProjectSecrets::project).toList();
    this.credentials = credentials;
    this.tokens = tokens;
    this.reads = reads;
    this.audit = audit;
    this.limits = limits;
  }

  /** A request whose caller may make it, and the secret or token that it turns out to be about. */
  private static final class Task {
    final Exchange exchange;
    final Caller caller;
    final Route route;
    final Route.Call call;
    @Nullable String secret;
    @Nullable String tokenId;

    Task(Exchange exchange, Caller caller, Route route, Route.Call call) {
      this.exchange = exchange;
      this.caller = caller;
      this.route = route;
      this.call = call;
    }

    void about(SecretName name) {
      secret = name.toString();
    }

    void about(ServedSecret served) {
      about(served.stored().name());
    }

    Entry entry(String outcome, int status) {
      return new Entry(caller, call.action, route.project(), secret, tokenId, outcome, status);
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    var exchange = new Exchange(request, response, callback);
    if (isOfAPage(request)) {
      exchange.claim();
      exchange.error(403, "The service is for programs on this machine, and not for web pages.");
      return true;
    }
    Caller caller = new Caller.Unknown();
    Route route = null;
    Route.Call call = null;
    try {
      caller = credentials.caller(request.getHeaders().get(HttpHeader.AUTHORIZATION));
      route = Route.of(request.getHttpURI().getPath(), projectNames.get(0));
      call = route.call(request.getMethod());
      var task = new Task(exchange, caller, route, call);
      checkPermission(task);
      if (!call.hasBody()) {
        serve(task, new byte[0]);
        return true;
      }
      checkBody(request);
      Body.read(exchange, limits.of(call), body -> serve(task, body));
    } catch (RefusedException e) {
      if (e.status() == 405 && route != null) {
        exchange.header(HttpHeader.ALLOW, route.allowed());
      }
      if (call != null && call.hasBody()) {
        exchange.header(HttpHeader.CONNECTION, "close"); // Its body is not read.
      }
      String action = call == null ? "unknown" : call.action;
      String project =
          route == null || !projects.containsKey(route.project()) ? null : route.project();
      Failure failure = Failure.of(e);
      refuse(
          exchange,
          new Entry(caller, action, project, null, null, failure.outcome(), failure.status()),
          failure);
    }
    return true;
  }

  /** A page that a browser shows may have it ask here, by a name of its own for this address. */
  private static boolean isOfAPage(Request request) {
    return request.getHeaders().contains(HttpHeader.ORIGIN)
        || !OWN_NAMES.contains(Request.getServerName(request));
  }

  private void checkPermission(Task task) throws RefusedException {
    String project = task.route.project();
    if (task.caller instanceof Caller.Reader reader) {
      if (task.call != Route.Call.READ) {
        throw new RefusedException(
            403, "A process token reads ciphertexts and nothing else. Use an admin credential.");
      }
      if (!reader.token().project().equals(project)) {
        throw new RefusedException(403, "The token is for another project.");
      }
    } else if (task.call == Route.Call.READ) {
      throw new RefusedException(
          403, "An admin credential reads no ciphertexts. Make a process token.");
    }
    if (!projects.containsKey(project)) {
      throw new RefusedException(404, "There is no such project. Look at the memberships.");
    }
  }

  private static void checkBody(Request request) throws RefusedException {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null
        || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json")) {
      throw new RefusedException(415, "The content type is application/json.");
    }
    if (request.getHeaders().contains(HttpHeader.CONTENT_ENCODING)) {
      throw new RefusedException(415, "A body is sent as it is, without a content encoding.");
    }
  }

  private void serve(Task task, byte[] body) {
    try {
      ProjectSecrets secrets = secrets(task);
      if (task.caller instanceof Caller.Reader reader) {
        reads.read(task.exchange, reader.token(), secrets, WireRequest.parse(body));
        return;
      }
      String answer = manage(task, secrets, (Caller.Admin) task.caller, body);
      audit.add(List.of(task.entry("ok", 200)), true);
      if (task.exchange.claim()) {
        task.exchange.answer(200, answer);
      }
    } catch (RefusedException | RuntimeException e) {
      Failure failure = Failure.of(e);
      refuse(task.exchange, task.entry(failure.outcome(), failure.status()), failure);
    }
  }

  private ProjectSecrets secrets(Task task) throws RefusedException {
    ProjectSecrets secrets = projects.get(task.route.project());
    if (secrets == null) {
      throw new RefusedException(404, "There is no such project.");
    }
    return secrets;
  }

  private String manage(Task task, ProjectSecrets secrets, Caller.Admin admin, byte[] body)
      throws RefusedException {
    String id = task.route.id();
    return switch (task.call) {
      case LIST -> ManagementWire.secrets(secrets.list(type(task.exchange.request())));
      case GET -> {
        ServedSecret secret = secrets.get(id);
        task.about(secret);
        yield ManagementWire.secret(secret);
      }
      case CREATE -> create(task, secrets, admin, body);
      case REPLACE -> {
        task.about(secrets.get(id));
        try (NewValue wanted = NewValue.parse(body)) {
          yield changed(secrets.replace(id, wanted.value()));
        }
      }
      case DELETE -> {
        task.about(secrets.get(id));
        changed(secrets.delete(id));
        yield "{}";
      }
      case PROJECT -> ManagementWire.project(secrets.project(), admin.userId());
      case MEMBERSHIPS -> ManagementWire.memberships(projectNames, admin.userId());
      case MINT -> {
        Minted minted = tokens.mint(secrets.project(), Wish.parse(body));
        task.tokenId = minted.token().id();
        yield ManagementWire.token(minted);
      }
      case REVOKE -> {
        task.tokenId = id;
        revoke(secrets.project(), id);
        yield "{}";
      }
      case READ -> throw new AssertionError("It is a process's.");
    };
  }

  private String create(Task task, ProjectSecrets secrets, Caller.Admin admin, byte[] body)
      throws RefusedException {
    try (NewValue wanted = NewValue.parse(body)) {
      SecretName name = wanted.nameOrThrow();
      task.about(name);
      return changed(secrets.create(name, wanted.type(), wanted.value(), admin.userId()));
    }
  }

  /** Tells those who wait for a secret. */
  private String changed(ServedSecret secret) {
    reads.changed(secret.project(), secret.stored().name());
    return ManagementWire.secret(secret);
  }

  private void revoke(String project, String id) throws RefusedException {
    ProcessToken revoked = tokens.revoke(project, id);
    if (revoked == null) {
      throw new RefusedException(404, "There is no token of this id, or it has expired.");
    }
    reads.revoked(revoked);
  }

  private static Optional<String> type(Request request) throws RefusedException {
    String query = request.getHttpURI().getQuery();
    if (query == null) {
      return Optional.empty();
    }
    for (String parameter : query.split("&", -1)) {
      if (parameter.startsWith("type=")) {
        return Optional.of(ManagementWire.type(parameter.substring("type=".length())));
      }
    }
    return Optional.empty();
  }

  /** Refuses, once that is written down. */
  private void refuse(Exchange exchange, Entry entry, Failure failure) {
    Failure told = failure;
    try {
      audit.add(List.of(entry), false);
    } catch (RuntimeException e) {
      told = Failure.of(e);
    }
    if (exchange.claim()) {
      exchange.error(told.status(), told.message());
    }
  }
}
