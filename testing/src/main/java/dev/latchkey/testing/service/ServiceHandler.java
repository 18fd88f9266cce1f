package dev.latchkey.testing.service;

import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;
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
  private final Set<String> ownNames;
  private final Map<String, ProjectSecrets> projects;
  private final List<String> projectNames;
  private final Credentials credentials;
  private final Sessions sessions;
  private final Management management;
  private final CiphertextReads reads;
  private final AuditLog audit;
  private final Limits limits;
  private final Page page = new Page();

  /** Held to read by each deed, and to write by the end. */
  private final ReadWriteLock deeds = new ReentrantReadWriteLock();

  private boolean ended;

  /**
   * Makes a handler.
   *
   * @param ownNames under which the service is asked
   * @param projects the first is that of the paths without one
   */
  ServiceHandler(
      Set<String> ownNames,
      List<ProjectSecrets> projects,
      ServedTokens tokens,
      Sessions sessions,
      Credentials credentials,
      Changes changes,
      Limits limits) {
    this.ownNames = ownNames;
    this.projects =
        projects.stream()
            .collect(Collectors.toUnmodifiableMap(ProjectSecrets::project, project -> project));
    this.projectNames = projects.stream().map(ProjectSecrets::project).toList();
    this.credentials = credentials;
    this.sessions = sessions;
    this.management = new Management(projectNames, tokens, changes);
    this.reads = changes.reads();
    this.audit = changes.audit();
    this.limits = limits;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    var exchange = new Exchange(request, response, callback);
    Caller caller = new Caller.Unknown();
    Route route = null;
    Route.Call call = null;
    try {
      if (isOfAnotherPage(request)) {
        throw new RefusedException(
            403, "The service is for programs and for its own page, and not for other web pages.");
      }
      if (page.answer(exchange)) {
        return true;
      }
      if (!isLogin(request)) {
        caller = credentials.caller(request);
      }
      route = Route.of(request.getHttpURI().getPath(), projectNames.get(0));
      call = route.call(request.getMethod());
      var job = new Job(exchange, caller, route, call);
      ProjectSecrets secrets = permitted(job);
      if (!call.hasBody()) {
        serve(job, secrets, new byte[0]);
        return true;
      }
      checkBody(request);
      Body.read(
          exchange,
          limits.of(call),
          body -> serve(job, secrets, body),
          refused -> refuse(job, refused));
    } catch (RefusedException e) {
      if (e.status() == 405 && route != null) {
        exchange.headers().put(HttpHeader.ALLOW, route.allowed());
      }
      closeIfUnread(exchange);
      refuse(exchange, deed(caller, route, call), Failure.of(e));
    }
    return true;
  }

  /** Tells a client whose body is not read that its connection is not to be used again. */
  private static void closeIfUnread(Exchange exchange) {
    HttpFields headers = exchange.request().getHeaders();
    if (headers.contains(HttpHeader.CONTENT_LENGTH)
        || headers.contains(HttpHeader.TRANSFER_ENCODING)) {
      exchange.headers().put(HttpHeader.CONNECTION, "close");
    }
  }

  /** What is not understood may hold anything, and is not written down. */
  private Deed deed(Caller caller, @Nullable Route route, Route.@Nullable Call call) {
    String action = call == null ? "unknown" : call.action;
    String project = route == null ? null : route.project();
    boolean known = project != null && projects.containsKey(project);
    return new Deed(caller, action, known ? project : null);
  }

  /** A page that a browser shows may have it ask here, by a name of its own for this address. */
  private boolean isOfAnotherPage(Request request) {
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    String own =
        request.getHttpURI().getScheme() + "://" + request.getHeaders().get(HttpHeader.HOST);
    return !ownNames.contains(Request.getServerName(request))
        || (origin != null && !origin.equals(own));
  }

  private static boolean isLogin(Request request) {
    return request.getMethod().equals("POST")
        && request.getHttpURI().getPath().equals(Route.SESSION_PATH);
  }

  /**
   * Returns the secrets of the project, if the caller may do what is asked for; those of the first
   * one where it is for none.
   */
  private ProjectSecrets permitted(Job job) throws RefusedException {
    String project = Objects.requireNonNullElse(job.route().project(), projectNames.get(0));
    if (job.caller() instanceof Caller.Reader reader) {
      if (job.call() != Route.Call.READ) {
        throw new RefusedException(
            403, "A process token reads ciphertexts and nothing else. Use an admin credential.");
      }
      if (!reader.token().project().equals(project)) {
        throw new RefusedException(403, "The token is for another project.");
      }
    } else if (job.call() == Route.Call.READ) {
      throw new RefusedException(
          403, "An admin credential reads no ciphertexts. Make a process token.");
    }
    ProjectSecrets secrets = projects.get(project);
    if (secrets == null) {
      throw new RefusedException(404, "There is no such project. Look at the memberships.");
    }
    return secrets;
  }

  private static void checkBody(Request request) throws RefusedException {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null
        || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json")) {
      throw new RefusedException(415, "Send Content-Type: application/json.");
    }
    if (request.getHeaders().contains(HttpHeader.CONTENT_ENCODING)) {
      throw new RefusedException(415, "A body is sent as it is, without a content encoding.");
    }
  }

  private void serve(Job job, ProjectSecrets secrets, byte[] body) {
    deeds.readLock().lock();
    try {
      if (ended) {
        throw new RefusedException(503, "The service is being stopped.");
      }
      if (job.caller() instanceof Caller.Reader reader) {
        reads.read(job.exchange(), reader.token(), secrets, WireRequest.parse(body));
        return;
      }
      if (job.call().hasBody() && job.call() != Route.Call.LOG_IN) {
        credentials.caller(job.exchange().request()); // Who logged out meanwhile does nothing more.
      }
      String answer = answer(job, secrets, body);
      if (!job.call().isTrifle()) {
        audit.add(List.of(job.entry("ok", 200)), job.call().isDeed());
      }
      if (job.exchange().claim()) {
        send(job, answer);
      }
    } catch (RefusedException | RuntimeException e) {
      refuse(job, e);
    } catch (Error e) {
      if (job.exchange().claim()) {
        job.exchange().fail(e); // Nothing else would end it, once its body came later.
      }
      throw e;
    } finally {
      deeds.readLock().unlock();
    }
  }

  private String answer(Job job, ProjectSecrets secrets, byte[] body) throws RefusedException {
    if (job.call() == Route.Call.LOG_IN) {
      return logIn(job, body);
    }
    if (job.call() == Route.Call.LOG_OUT) {
      sessions.close(job.exchange().request());
      return "{}";
    }
    return management.answer(job, secrets, (Caller.Admin) job.caller(), body);
  }

  private String logIn(Job job, byte[] body) throws RefusedException {
    HttpFields.Mutable headers = job.exchange().headers();
    String from = Request.getRemoteAddr(job.exchange().request());
    try {
      Sessions.Opened opened = sessions.open(ManagementWire.login(body), from);
      job.by(opened.admin());
      headers.put(
          HttpHeader.SET_COOKIE, Sessions.setCookie(job.exchange().request(), opened.cookie()));
      return ManagementWire.session(opened, projectNames);
    } catch (RefusedException e) {
      if (e.status() == 429) {
        headers.put(HttpHeader.RETRY_AFTER, sessions.secondsUntilOpen(from));
      }
      throw e;
    }
  }

  private static void send(Job job, String answer) {
    if (job.call() == Route.Call.READ_AUDIT) {
      byte[] lines = answer.getBytes(StandardCharsets.UTF_8);
      job.exchange().answer(200, "application/jsonl; charset=utf-8", lines);
    } else {
      job.exchange().answer(200, answer);
    }
  }

  private void refuse(Job job, Exception e) {
    refuse(job.exchange(), job, Failure.logged(e));
  }

  /** Refuses, once that is written down. */
  private void refuse(Exchange exchange, Deed deed, Failure failure) {
    Failure told = failure.writtenDown(audit, deed);
    if (exchange.claim()) {
      exchange.error(told.status(), told.message());
    }
  }

  /**
   * Does what comes by no request.
   *
   * @throws IllegalStateException if the service has been ended
   */
  <T> T serve(Supplier<T> deed) {
    deeds.readLock().lock();
    try {
      if (ended) {
        throw new IllegalStateException("The service is closed.");
      }
      return deed.get();
    } finally {
      deeds.readLock().unlock();
    }
  }

  boolean serves(String project) {
    return projects.containsKey(project);
  }

  /** Waits for the deeds that have begun, and lets none begin. */
  void end() {
    deeds.writeLock().lock();
    try {
      ended = true;
    } finally {
      deeds.writeLock().unlock();
    }
  }
}
