package dev.latchkey.testing.service;

import dev.latchkey.testing.wire.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a path is for. Names travel in bodies alone, so that a path that has to be decoded is none.
 *
 * @param calls what each method does
 * @param project empty where the path is of none
 * @param id of a secret or a token; empty where the path is of none
 */
record Route(Map<String, Call> calls, String project, String id) {
  /** What can be asked of the service; the text is what the audit log calls it. */
  enum Call {
    LIST("list-secrets"),
    CREATE("create-secret"),
    GET("get-secret"),
    REPLACE("replace-secret"),
    DELETE("delete-secret"),
    PROJECT("get-project"),
    MEMBERSHIPS("list-memberships"),
    MINT("create-token"),
    REVOKE("revoke-token"),
    READ("read-ciphertext");

    final String action;

    Call(String action) {
      this.action = action;
    }

    boolean hasBody() {
      return this == CREATE || this == REPLACE || this == MINT || this == READ;
    }
  }

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

  private static final List<Paths> PATTERNS =
      List.of(
          Paths.of("/v1/projects/" + PROJECT + "/ciphertexts", Map.of("POST", Call.READ)),
          Paths.of("/v1/projects/" + PROJECT + "/secrets", SECRETS),
          Paths.of("/v1/projects/" + PROJECT + "/secrets/" + ID, SECRET),
          Paths.of("/v1/secrets", SECRETS),
          Paths.of("/v1/secrets/" + ID, SECRET),
          Paths.of("/v1/projects/" + PROJECT, Map.of("GET", Call.PROJECT)),
          Paths.of("/v1/memberships", Map.of("GET", Call.MEMBERSHIPS)),
          Paths.of("/v1/projects/" + PROJECT + "/process-tokens", Map.of("POST", Call.MINT)),
          Paths.of(
              "/v1/projects/" + PROJECT + "/process-tokens/" + ID, Map.of("DELETE", Call.REVOKE)));

  /** Returns what a path is for; the default project is that of the paths without one. */
  static Route of(String path, String defaultProject) throws RefusedException {
    for (Paths pattern : PATTERNS) {
      Matcher matcher = pattern.path.matcher(path);
      if (matcher.matches()) {
        String text = pattern.path.pattern();
        return new Route(
            pattern.calls,
            text.contains(PROJECT) ? matcher.group("project") : defaultProject,
            text.contains(ID) ? matcher.group("id") : "");
      }
    }
    throw new RefusedException(404, "There is nothing at this path.");
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
