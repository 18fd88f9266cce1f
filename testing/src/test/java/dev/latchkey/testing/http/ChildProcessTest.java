package dev.latchkey.testing.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other processes see of a service, and what they need on their class path. */
class ChildProcessTest {
  private static final String CLASS_PATH = System.getProperty("java.class.path");

  @TempDir Path directory;

  @Test
  void settings_inAnEnvironment_areAllThatAProcessNeeds() throws Exception {
    try (FakeSecretService service = FakeSecretService.start()) {
      service.put("my-secret", "some-value");
      assertThat(run(service.settings(), CLASS_PATH, SecretReader.class)).isEqualTo("some-value");
      assertThat(service.requests()).isNotEmpty().allMatch(ReceivedRequest::tokenAccepted);
    }
  }

  @Test
  void trustStore_isWhatAProcessNeedsForTls() throws Exception {
    try (FakeSecretService service = FakeSecretService.builder().tls().start()) {
      service.put("my-secret", "some-value");
      Path store = directory.resolve("trust");
      service.writeTrustStore(store);
      assertThat(
              run(
                  service.settings(),
                  CLASS_PATH,
                  SecretReader.class,
                  "-Djavax.net.ssl.trustStore=" + store))
          .isEqualTo("some-value");
      assertThat(run(service.settings(), CLASS_PATH, SecretReader.class))
          .contains("TLS: the certificate of " + service.address() + " is not trusted");
    }
  }

  @Test
  void plainService_withoutOkHttpTlsAndJUnit_works() throws Exception {
    String without =
        Arrays.stream(CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> !entry.contains("okhttp-tls") && !entry.contains("junit"))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(without).isNotEqualTo(CLASS_PATH);
    assertThat(run(Map.of(), CLASS_PATH, PlainUse.class).lines())
        .containsExactly("some-value", "5", "https");
    assertThat(run(Map.of(), without, PlainUse.class).lines())
        .containsExactly(
            "some-value",
            "5",
            "TLS needs com.squareup.okhttp3:okhttp-tls. Add it with scope test.");
  }

  /** Returns what a process prints. */
  private String run(
      Map<String, String> environment, String classPath, Class<?> main, String... options)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, main.getName()));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    var builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("MY_APP_SECRET", "secret://my-secret");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended within 60 s").isTrue();
    } finally {
      process.destroyForcibly();
    }
    // From 24 on the JVM itself warns of what protobuf, which Tink brings, does.
    assertThat(Files.readAllLines(err)).allMatch(line -> line.startsWith("WARNING: "));
    assertThat(process.exitValue()).isZero();
    return Files.readString(out);
  }
}
