package dev.latchkey.client;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An app that is a module, and knows the core's alone: the client is found as a service. */
class ModulePathIT {
  private static final String MAIN =
      """
      package app;

      import dev.latchkey.Secrets;

      public final class Main {
        public static void main(String[] args) {
          System.out.print(Secrets.get("MY_APP_SECRET"));
          System.out.print(" " + Secrets.class.getModule() + " " + Main.class.getModule());
        }
      }
      """;

  private static final String CLIENT_MAIN =
      """
      package app;

      import dev.latchkey.client.BreakerState;
      import dev.latchkey.client.SecretsListener;

      public final class Main implements SecretsListener {
        public static void main(String[] args) {
          System.out.print(BreakerState.CLOSED);
        }
      }
      """;

  @TempDir Path root;
  @TempDir Path scratch;

  private Path compile() throws Exception {
    return compile(MAIN, "dev.latchkey.core", Stream.of(Jars.core()));
  }

  private Path compile(String source, String required, Stream<Path> modules) throws Exception {
    Path sources = Files.createDirectories(scratch.resolve("src/app"));
    Path main = Files.writeString(sources.resolve("Main.java"), source);
    Path module =
        Files.writeString(
            scratch.resolve("src/module-info.java"), "module app { requires " + required + "; }");
    Path classes = Files.createDirectories(scratch.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int status =
        compiler.run(
            null,
            null,
            null,
            "-d",
            classes.toString(),
            "-p",
            path(Stream.concat(modules, Jars.dependencies().stream())),
            main.toString(),
            module.toString());
    assertThat(status).isZero();
    return classes;
  }

  private Map<String, String> environment(Keyset keyset) {
    try (SecretValue value = SecretValue.of("{\"password\":\"some-value\"}")) {
      new SecretsAdmin(DirectoryStore.open(root, "default"), TinkSealer.of(keyset))
          .create(SecretName.parse("db"), value);
    }
    Map<String, String> environment = new HashMap<>();
    environment.put("MY_APP_SECRET", "secret://db#/password");
    environment.put("LATCHKEY_ROLE", "work");
    environment.put("LATCHKEY_SOURCE", root.toUri().toString());
    environment.put("LATCHKEY_KEYSET", keyset.toCleartextJson());
    return environment;
  }

  private static String path(Stream<Path> parts) {
    return parts.map(Path::toString).collect(joining(File.pathSeparator));
  }

  private static Stream<Path> clientAndLibraries() {
    return Stream.concat(Stream.of(Jars.core(), Jars.client()), Jars.dependencies().stream());
  }

  private ChildJvm.Result run(Map<String, String> environment, Stream<Path> libraries)
      throws Exception {
    String path = path(Stream.concat(Stream.of(compile()), libraries));
    return ChildJvm.run(scratch, environment, List.of("-p", path, "-m", "app/app.Main"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void get_inANamedModule_findsTheClientAndItsLibraries(boolean hybrid) throws Exception {
    Keyset keyset = hybrid ? Keysets.generateHybrid() : Keysets.generate();

    assertThat(run(environment(keyset), clientAndLibraries()))
        .isEqualTo(new ChildJvm.Result(0, "some-value module dev.latchkey.core module app", ""));
  }

  @Test
  void get_overHttpInANamedModule_findsTheHttpLibrary() throws Exception {
    Map<String, String> environment = environment(Keysets.generate());
    String origin;
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      origin = "http://127.0.0.1:" + taken.getLocalPort();
    }
    environment.put("LATCHKEY_SOURCE", origin);
    environment.put("LATCHKEY_TOKEN", "token");

    assertThat(run(environment, clientAndLibraries()).err())
        .contains(
            "SecretUnavailableException: MY_APP_SECRET: The connection was refused by "
                + origin
                + ".");
  }

  @Test
  void listener_inANamedModuleWithoutTheMetersLibrary_compilesAndRuns() throws Exception {
    Path app = compile(CLIENT_MAIN, "dev.latchkey.client", Stream.of(Jars.core(), Jars.client()));
    String path = path(Stream.concat(Stream.of(app), clientAndLibraries()));

    assertThat(ChildJvm.run(scratch, Map.of(), List.of("-p", path, "-m", "app/app.Main")))
        .isEqualTo(new ChildJvm.Result(0, "CLOSED", ""));
  }

  @Test
  void get_withoutTheClient_saysWhatToAdd() throws Exception {
    ChildJvm.Result result = run(environment(Keysets.generate()), Stream.of(Jars.core()));

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err())
        .contains(
            "MY_APP_SECRET: Nothing here resolves secrets: no SecretResolverProvider was found."
                + " Bound by secret://db#/password."
                + " Add latchkey-client to the class path or module path.");
  }
}
