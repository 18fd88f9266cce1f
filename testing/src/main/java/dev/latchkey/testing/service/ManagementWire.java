package dev.latchkey.testing.service;

import static dev.latchkey.testing.wire.WireJson.bad;
import static dev.latchkey.testing.wire.WireJson.require;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.latchkey.SecretName;
import dev.latchkey.testing.service.ServedTokens.Minted;
import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireJson;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Request;

/**
 * The bodies of the management API, in and out. Unknown fields are passed over, as Lightning's
 * gateway does; no answer has a value.
 */
final class ManagementWire {
  static final String NO_TYPE = "SECRET_TYPE_UNSPECIFIED";

  private static final Pattern TYPE = Pattern.compile("SECRET_TYPE_[A-Z0-9_]{1,64}");

  private ManagementWire() {}

  /** Returns the type if it may be one. */
  static String type(String text) throws RefusedException {
    require(
        TYPE.matcher(text).matches(),
        "A type is SECRET_TYPE_ and capital letters, such as " + NO_TYPE + ".");
    return text;
  }

  static String secret(ServedSecret secret) {
    return WireJson.object(json -> write(json, secret));
  }

  static String secrets(List<ServedSecret> secrets) {
    return array("secrets", secrets, ManagementWire::write);
  }

  private static void write(JsonGenerator json, ServedSecret secret) throws IOException {
    json.writeStringField("clusterId", "");
    json.writeStringField("createdAt", secret.stored().createdAt().toString());
    json.writeStringField("id", secret.id());
    json.writeStringField("name", secret.stored().name().toString());
    json.writeStringField("orgId", "");
    json.writeStringField("projectId", secret.project());
    json.writeStringField("type", secret.type());
    json.writeStringField("updatedAt", secret.stored().updatedAt().toString());
    json.writeStringField("userId", secret.userId());
  }

  static String project(String project, String userId) {
    return WireJson.object(
        json -> {
          json.writeStringField("id", project);
          json.writeStringField("name", project);
          json.writeStringField("displayName", project);
          json.writeStringField("ownerId", userId);
        });
  }

  static String memberships(List<String> projects, String userId) {
    return array(
        "memberships",
        projects,
        (json, project) -> {
          json.writeStringField("projectId", project);
          json.writeStringField("name", project);
          json.writeStringField("displayName", project);
          json.writeStringField("userId", userId);
        });
  }

  static String token(Minted minted) {
    return WireJson.object(
        json -> {
          json.writeStringField("token", minted.text());
          writeIdAndEnd(json, minted.token());
        });
  }

  /** Returns a token that was told before. */
  static String token(ServedToken token) {
    return WireJson.object(json -> writeIdAndEnd(json, token));
  }

  private static void writeIdAndEnd(JsonGenerator json, ServedToken token) throws IOException {
    json.writeStringField("id", token.id());
    json.writeStringField("expiresAt", token.expiresAt().toString());
  }

  static String tokens(List<ServedToken> tokens) {
    return array(
        "tokens",
        tokens,
        (json, token) -> {
          json.writeStringField("id", token.id());
          json.writeStringField("role", token.grant().role().toString());
          json.writeStringField("app", token.grant().app());
          writeNames(json, "secrets", token.grant().secrets());
          json.writeStringField("expiresAt", token.expiresAt().toString());
        });
  }

  static void writeNames(JsonGenerator json, String field, Set<SecretName> names)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (SecretName name : names.stream().sorted().toList()) {
      json.writeString(name.toString());
    }
    json.writeEndArray();
  }

  static String versions(List<ProjectSecrets.Version> versions) {
    return array(
        "versions",
        versions,
        (json, version) -> {
          json.writeNumberField("version", version.number());
          json.writeStringField("createdAt", version.createdAt().toString());
        });
  }

  /** Returns the text of a body that asks whether it can be a name. */
  static String uncheckedName(byte[] body) throws RefusedException {
    String[] name = {null};
    WireJson.read(
        body,
        (field, parser) -> {
          require(field.equals("name"), "The body has a field that is not name.");
          name[0] = WireJson.text(parser, "The name");
        });
    if (name[0] == null) {
      throw bad("The body has no name.");
    }
    return name[0];
  }

  static String goodName(boolean exists) {
    return WireJson.object(
        json -> {
          json.writeBooleanField("valid", true);
          json.writeBooleanField("exists", exists);
        });
  }

  static String badName(String problem, String remedy) {
    return WireJson.object(
        json -> {
          json.writeBooleanField("valid", false);
          json.writeBooleanField("exists", false);
          json.writeStringField("problem", problem);
          json.writeStringField("remedy", remedy);
        });
  }

  static Sessions.Login login(byte[] body) throws RefusedException {
    String[] parts = {null, null, null};
    WireJson.read(
        body,
        (field, parser) -> {
          switch (field) {
            case "code" -> parts[0] = WireJson.text(parser, "The code");
            case "userId" -> parts[1] = WireJson.text(parser, "The userId");
            case "apiKey" -> parts[2] = WireJson.text(parser, "The apiKey");
            default -> throw bad("The body has a field that is none of code, userId, apiKey.");
          }
        });
    require(
        (parts[0] != null) != (parts[1] != null && parts[2] != null),
        "The body needs a code, or userId and apiKey.");
    return new Sessions.Login(parts[0], parts[1], parts[2]);
  }

  static String session(String userId, List<String> projects) {
    return WireJson.object(json -> writeSession(json, userId, projects));
  }

  static String session(Sessions.Opened opened, List<String> projects) {
    return WireJson.object(
        json -> {
          writeSession(json, opened.admin().userId(), projects);
          json.writeStringField("csrfToken", opened.header());
        });
  }

  private static void writeSession(JsonGenerator json, String userId, List<String> projects)
      throws IOException {
    json.writeStringField("userId", userId);
    json.writeArrayFieldStart("projects");
    for (String project : projects) {
      json.writeString(project);
    }
    json.writeEndArray();
  }

  /** Returns how many lines of the log are asked for. */
  static int limit(Request request) throws RefusedException {
    String text = parameter(request, "limit").orElse("200");
    require(text.matches("[1-9][0-9]{0,2}|1000"), "limit is a whole number, 1 to 1000.");
    return Integer.parseInt(text);
  }

  /** Returns a parameter of the address; none of those there are needs to be decoded. */
  static Optional<String> parameter(Request request, String name) {
    String query = request.getHttpURI().getQuery();
    return query == null
        ? Optional.empty()
        : Stream.of(query.split("&", -1))
            .filter(parameter -> parameter.startsWith(name + "="))
            .map(parameter -> parameter.substring(name.length() + 1))
            .findFirst();
  }

  /** Writes the fields of one of several. */
  private interface Writer<T> {
    void write(JsonGenerator json, T item) throws IOException;
  }

  private static <T> String array(String field, List<T> items, Writer<T> writer) {
    return WireJson.object(
        json -> {
          json.writeArrayFieldStart(field);
          for (T item : items) {
            json.writeStartObject();
            writer.write(json, item);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
