package dev.latchkey.testing.service;

import dev.latchkey.MalformedSecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.testing.service.ServedToken.Wish;
import dev.latchkey.testing.service.ServedTokens.Minted;
import dev.latchkey.testing.wire.RefusedException;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Request;

/** Does what an admin asks for. Thread-safe. */
final class Management {
  private final List<String> projects;
  private final ServedTokens tokens;
  private final Changes changes;

  Management(List<String> projects, ServedTokens tokens, Changes changes) {
    this.projects = projects;
    this.tokens = tokens;
    this.changes = changes;
  }

  /** Does it, and returns the answer's body. */
  String answer(Job job, ProjectSecrets secrets, Caller.Admin admin, byte[] body)
      throws RefusedException {
    String id = job.route().id();
    String project = secrets.project();
    return switch (job.call()) {
      case LIST -> ManagementWire.secrets(secrets.list(type(job.exchange().request())));
      case GET -> ManagementWire.secret(found(job, secrets));
      case VERSIONS -> ManagementWire.versions(secrets.versions(found(job, secrets)));
      case CHECK_NAME -> checked(ManagementWire.uncheckedName(body), secrets);
      case CREATE -> create(job, secrets, admin, body);
      case REPLACE -> replace(job, secrets, body);
      case DELETE -> delete(job, secrets);
      case PROJECT -> ManagementWire.project(project, admin.userId());
      case MEMBERSHIPS -> ManagementWire.memberships(projects, admin.userId());
      case TOKENS -> ManagementWire.tokens(tokens.list(project));
      case MINT -> mint(job, project, Wish.parse(body));
      case RENEW -> {
        job.aboutToken(id);
        var ttl = ServedToken.ttl(body);
        changes.begin(job);
        yield ManagementWire.token(tokens.renew(project, id, ttl));
      }
      case REVOKE -> revoke(job, project, id);
      case READ_AUDIT -> changes.audit().tail(ManagementWire.limit(job.exchange().request()));
      case SESSION -> ManagementWire.session(admin.userId(), projects);
      case READ, LOG_IN, LOG_OUT -> throw new AssertionError("It is no admin's.");
    };
  }

  private static ServedSecret found(Job job, ProjectSecrets secrets) throws RefusedException {
    ServedSecret secret = secrets.get(job.route().id());
    job.about(secret);
    return secret;
  }

  private static String checked(String text, ProjectSecrets secrets) {
    try {
      return ManagementWire.goodName(secrets.exists(SecretName.parse(text)));
    } catch (MalformedSecretException e) {
      return ManagementWire.badName(e.problem(), e.remedy());
    }
  }

  private String create(Job job, ProjectSecrets secrets, Caller.Admin admin, byte[] body)
      throws RefusedException {
    try (NewValue wanted = NewValue.parse(body)) {
      SecretName name = wanted.nameOrThrow();
      job.about(name);
      return changes.make(
          job,
          secrets.project(),
          name,
          () ->
              ManagementWire.secret(
                  secrets.create(name, wanted.type(), wanted.value(), admin.userId())));
    }
  }

  private String replace(Job job, ProjectSecrets secrets, byte[] body) throws RefusedException {
    ServedSecret old = found(job, secrets);
    try (NewValue wanted = NewValue.parse(body)) {
      return changes.make(
          job,
          secrets.project(),
          old.stored().name(),
          () -> ManagementWire.secret(secrets.replace(old.id(), wanted.value())));
    }
  }

  private String delete(Job job, ProjectSecrets secrets) throws RefusedException {
    ServedSecret old = found(job, secrets);
    return changes.make(
        job,
        secrets.project(),
        old.stored().name(),
        () -> {
          secrets.delete(old.id());
          return "{}";
        });
  }

  /** Ends a token, also where that cannot be written down. */
  String revoke(Deed deed, String project, String id) throws RefusedException {
    deed.aboutToken(id);
    try {
      changes.begin(deed);
    } catch (SecretUnavailableException e) {
      // A disk that is full keeps no token alive. That it is full is told once the token has ended.
    }
    changes.reads().revoked(tokens.revoke(project, id));
    return "{}";
  }

  private String mint(Job job, String project, Wish wish) {
    job.aboutTokenFor(wish.grant());
    changes.begin(job);
    Minted minted = tokens.mint(project, wish);
    job.aboutToken(minted.token().id());
    return ManagementWire.token(minted);
  }

  private static Optional<String> type(Request request) throws RefusedException {
    Optional<String> type = ManagementWire.parameter(request, "type");
    return type.isEmpty() ? type : Optional.of(ManagementWire.type(type.get()));
  }
}
