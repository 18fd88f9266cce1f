package dev.latchkey.client.source;

import dev.latchkey.SecretConfigurationException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;

/** Where a secrets service is, checked. */
record ServiceAddress(URI base) {
  private static final String REMEDY =
      "Give LATCHKEY_SOURCE an address such as https://secrets.example.com.";

  /**
   * Checks the address. Messages do not repeat it: a misplaced password may be in it.
   *
   * @throws SecretConfigurationException if a token may not be sent there
   */
  ServiceAddress {
    String scheme = base.getScheme() == null ? "" : base.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw malformed("is not an https address");
    }
    if (base.getRawUserInfo() != null) {
      throw malformed("has a user or password in it");
    }
    if (base.getRawQuery() != null || base.getRawFragment() != null) {
      throw malformed("has a query or fragment");
    }
    if (base.getHost() == null || base.getPort() == 0 || base.getPort() > 65535) {
      throw malformed("has no host, or no valid port");
    }
    if (scheme.equals("http") && !isLoopback(base.getHost())) {
      throw new SecretConfigurationException(
          "The address of the secrets service is not https, and its host is not this machine.",
          "Use https: the token would travel in the clear.");
    }
  }

  private static SecretConfigurationException malformed(String problem) {
    return new SecretConfigurationException(
        "The address of the secrets service " + problem + ".", REMEDY);
  }

  /** Only names and literals that are this machine by definition (RFC 6761, RFC 1122, RFC 4291). */
  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || host.equals("[0:0:0:0:0:0:0:1]")
        || host.matches("127(\\.(0|[1-9][0-9]{0,2})){3}");
  }

  boolean isSecure() {
    return base.getScheme().equalsIgnoreCase("https");
  }

  /**
   * Reads what the service is trusted by.
   *
   * @throws SecretConfigurationException if the file cannot be used, or nothing is proved here
   */
  CaFile trusting(Path caFile) {
    if (!isSecure()) {
      throw new SecretConfigurationException(
          "LATCHKEY_CA_FILE is set, and the address of the secrets service is not https.",
          "Leave it out, or use https: without TLS there is no certificate to trust.");
    }
    return CaFile.read(caFile);
  }

  /** Returns the scheme, host and port, which messages name. */
  String origin() {
    return base.getScheme().toLowerCase(Locale.ROOT) + "://" + base.getRawAuthority();
  }

  /** Returns the address of a project's ciphertexts; a project needs no escaping in a path. */
  String endpoint(String project) {
    return project(project) + "/ciphertexts";
  }

  /** Returns the address of the tokens of a project's processes. */
  String processTokens(String project) {
    return project(project) + "/process-tokens";
  }

  private String project(String project) {
    String path = base.getRawPath() == null ? "" : base.getRawPath();
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return origin() + path + "/v1/projects/" + project;
  }
}
