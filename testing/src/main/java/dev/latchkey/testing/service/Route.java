package dev.latchkey.testing.service;

import dev.latchkey.testing.wire.RefusedException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a path is for. Names travel in bodies alone, so that a path that has to be decoded is none.
 *
 * @param calls what each method does
 * @param project null where the path is of none
 * @param id of a secret or a token; empty where the path is of none
 */
record Route(Map<String, Call> calls, @Nullable String project, String id) {
  /** What can be asked of the service; the text is what the audit log calls it. */
  enum Call {
    LIST("list-secrets"),
    CREATE("create-secret"),
    GET("get-secret"),
    REPLACE("replace-secret"),
    DELETE("delete-secret"),
    PROJECT("get-project"),
    MEMBERSHIPS("list-memberships"),
    VERSIONS("list-versions"),
    CHECK_NAME("check-name"),
    TOKENS("list-tokens"),
    MINT("create-token"),
    RENEW("renew-token"),
    REVOKE("revoke-token"),
    READ("read-ciphertext"),
    READ_AUDIT("read-audit"),
    LOG_IN("log-in"),
    SESSION("get-session"),
    LOG_OUT("log-out");

    private static final Set<Call> WITH_BODY =
        EnumSet.of(CREATE, REPLACE, CHECK_NAME, MINT, RENEW, READ, LOG_IN);
    private static final Set<Call> DEEDS = EnumSet.of(CREATE, REPLACE, DELETE, MINT, RENEW, REVOKE);
    private static final Set<Call> TRIFLES = EnumSet.of(CHECK_NAME, SESSION);

    final String action;

    Call(String action) {
      this.action = action;
    }

    boolean hasBody() {
      return WITH_BODY.contains(this);
    }

    /** Tells whether it changes what is kept. */
    boolean isDeed() {
      return DEEDS.contains(this);
    }

    /** Tells whether the audit log passes it over unless it is refused: the page makes many. */
    boolean isTrifle() {
      return TRIFLES.contains(this);
    }
  }

  private static final String USER_SECRETS = "/v1/secrets";
  static final String SESSION_PATH = "/v1/session";

  private static final String PROJECT = "(?<project>[A-Za-z0-9][A-Za-z0-9._-]*)";
  private static final String ID = "(?<id>[0-9a-f-]{1,64})";

  private record Paths(Pattern path, Map<String, Call> calls) {
    static Paths of(String path, Map<String, Call> calls) {
      return new Paths(Pattern.compile(path), new TreeMap<>(calls));
    }
  }

  private static final Map<String, Call> SECRETS = Map.of("GET", Call.LIST, "POST", Call.CREATE);
  private static final Map<String, Call> SECRET =
      Map.of("GET", Call.GET, "PUT", Call.REPLACE, "DELETE", Call.DELETE);

  private static final Map<String, Call> TOKENS = Map.of("GET", Call.TOKENS, "POST", Call.MINT);
  private static final Map<String, Call> TOKEN = Map.of("PUT", Call.RENEW, "DELETE", Call.REVOKE);
  private static final Map<String, Call> SESSION =
      Map.of("POST", Call.LOG_IN, "GET", Call.SESSION, "DELETE", Call.LOG_OUT);

  private static final List<Paths> PATTERNS =
      List.of(
          Paths.of("/v1/projects/" + PROJECT + "/ciphertexts", Map.of("POST", Call.READ)),
          Paths.of("/v1/projects/" + PROJECT + "/secrets", SECRETS),
          Paths.of("/v1/projects/" + PROJECT + "/secrets/" + ID, SECRET),
          Paths.of(
              "/v1/projects/" + PROJECT + "/secrets/" + ID + "/versions",
              Map.of("GET", Call.VERSIONS)),
          Paths.of("/v1/projects/" + PROJECT + "/secret-names", Map.of("POST", Call.CHECK_NAME)),
          Paths.of(USER_SECRETS, SECRETS),
          Paths.of(USER_SECRETS + "/" + ID, SECRET),
          Paths.of("/v1/projects/" + PROJECT, Map.of("GET", Call.PROJECT)),
          Paths.of("/v1/memberships", Map.of("GET", Call.MEMBERSHIPS)),
          Paths.of("/v1/projects/" + PROJECT + "/process-tokens", TOKENS),
          Paths.of("/v1/projects/" + PROJECT + "/process-tokens/" + ID, TOKEN),
          Paths.of("/v1/audit", Map.of("GET", Call.READ_AUDIT)),
          Paths.of(SESSION_PATH, SESSION));

  /** Returns what a path is for; the default project is that of a user's own secrets. */
  static Route of(String path, String defaultProject) throws RefusedException {
    for (Paths pattern : PATTERNS) {
      Matcher matcher = pattern.path.matcher(path);
      if (matcher.matches()) {
        String text = pattern.path.pattern();
        String project = path.startsWith(USER_SECRETS) ? defaultProject : null;
        return new Route(
            pattern.calls,
            text.contains(PROJECT) ? matcher.group("project") : project,
            text.contains(ID) ? matcher.group("id") : "");
      }
    }
    throw new RefusedException(
        404,
        "There is nothing at this path. Secrets and tokens go by their ids, which their lists show.");
  }

  Call call(String method) throws RefusedException {
    Call call = calls.get(method);
    if (call == null) {
      throw new RefusedException(405, "The method is " + allowed().replace(", ", " or ") + ".");
    }
    return call;
  }

  /** Returns the methods of the path, as the {@code Allow} header has them. */
  String allowed() {
    return String.join(", ", calls.keySet());
  }
}
