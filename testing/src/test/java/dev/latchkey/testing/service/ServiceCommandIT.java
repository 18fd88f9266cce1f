package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.latchkey.testing.service.ServiceProcess.Outcome;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command, and the launcher with what the command tells its user to set. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceCommandIT {
  @TempDir Path directory;
  private Path data;

  @BeforeEach
  void name() {
    data = directory.resolve("it's data"); // To be quoted in a shell.
  }

  private Outcome fail(String... args) throws Exception {
    return ServiceProcess.run(directory, ServiceProcess.builder(args));
  }

  private void create(ServiceProcess service, String name, String value) throws Exception {
    String key = Files.readString(directory.resolve("data/admin-key")).strip();
    String basic = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(service.address() + "/v1/secrets"))
            .header("Authorization", "Basic " + basic)
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString("{\"name\":\"" + name + "\",\"value\":\"" + value + "\"}"))
            .build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void ctrlC_stopsItCleanly() throws Exception {
    try (var service = ServiceProcess.start("--data", data.toString(), "--port", "0")) {
      assertThat(service.exports().get("LATCHKEY_KEYSET_FILE"))
          .isEqualTo("'" + data.toString().replace("'", "'\\''") + "/keyset.json'");

      Outcome end = service.interrupt();

      assertThat(end.out()).isEqualTo("Stopped.\n");
      assertThat(end.status()).isEqualTo(130);
    }
    ServiceProcess.start("--data", data.toString(), "--port", "0").close();
  }

  @Test
  void whatIsPrinted_isAsInTheReadme() throws Exception {
    Path plain = directory.resolve("data");
    try (var service = ServiceProcess.start("--data", plain.toString(), "--port", "0")) {
      String printed =
          service
              .printed()
              .replace(directory.toString(), "/home/you")
              .replace(service.address(), "http://127.0.0.1:8787")
              .replaceAll("code=\\S+", "code=...");
      assertThat(Files.readString(Path.of("..", "README.md")))
          .contains("```\n" + printed + "\n```")
          .contains("--data ./data");
    }
  }

  @Test
  void curl_asInTheReadme_createsASecret() throws Exception {
    assumeTrue(
        AdminBrowser.onPath("bash").isPresent() && AdminBrowser.onPath("curl").isPresent(),
        "bash and curl are on the PATH");
    String readme = Files.readString(Path.of("README.md"));
    String block = readme.substring(readme.indexOf("```bash\n") + "```bash\n".length());
    String command = block.substring(0, block.indexOf("```"));
    assertThat(command).contains("http://127.0.0.1:8787/", " data/admin-key");
    Path plain = directory.resolve("data");
    try (var service = ServiceProcess.start("--data", plain.toString(), "--port", "0")) {
      Process curl =
          new ProcessBuilder(
                  "bash", "-c", command.replace("http://127.0.0.1:8787", service.address()))
              .directory(directory.toFile())
              .start();
      String answer = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).contains("\"id\":", "\"my-secret\"").doesNotContain("some-value");
      assertThat(curl.waitFor()).isZero();
    }
  }

  @Test
  void commandLine_thatIsWrong_saysWhatIs() throws Exception {
    assertThat(fail().status()).isEqualTo(64);
    assertThat(fail().err()).contains("Missing required option: '--data=DIR'");
    assertThat(fail("--data", data.toString(), "--port", "99999"))
        .isEqualTo(
            new Outcome(
                64, "", "latchkey-service: A port is 0 to 65535, not 99999.\nSee --help.\n"));
    Outcome exposed = fail("--data", data.toString(), "--expose-to-other-machines-as", "localhost");
    assertThat(exposed.status()).isEqualTo(64);
    assertThat(exposed.err()).contains("needs --tls-self-signed");
    assertThat(data).doesNotExist();
    Outcome project = fail("--data", data.toString(), "--project", "a b");
    assertThat(project.status()).isEqualTo(64);
    assertThat(project.err()).startsWith("latchkey-service: --project: ");
    Outcome host =
        fail(
            "--data",
            data.toString(),
            "--tls-self-signed",
            "--expose-to-other-machines-as",
            "no-such-host.invalid");
    assertThat(host.status()).isEqualTo(69);
    assertThat(host.err())
        .isEqualTo("latchkey-service: The host no-such-host.invalid has no address here.\n");
    assertThat(fail("--help").out()).contains("--tls-self-signed").contains("Ctrl-C stops it.");
  }

  @Test
  void portThatIsTaken_isNamed() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      Outcome outcome = fail("--data", data.toString(), "--port", port);
      assertThat(outcome.status()).isEqualTo(69);
      assertThat(outcome.err())
          .contains("cannot listen at port " + port + " of 127.0.0.1")
          .contains("Choose another port")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void directoryThatIsInUse_isNamed() throws Exception {
    try (var service = ServiceProcess.start("--data", data.toString(), "--port", "0")) {
      Outcome outcome = fail("--data", data.toString(), "--port", "0");
      assertThat(outcome.status()).isEqualTo(69);
      assertThat(outcome.err()).contains("Another service uses " + data);
      assertThat(service.address()).startsWith("http://127.0.0.1:");
    }
  }

  @Test
  void directoryThatIsInUse_isKeptFromOtherProcesses_thoughThisOneAskedTwice() throws Exception {
    try (Desk desk = Desk.open(data)) {
      assertThatThrownBy(() -> LocalSecretsService.builder(data).start())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Another service uses " + data);

      assertThat(fail("--data", data.toString(), "--port", "0").err())
          .contains("Another service uses " + data);
      assertThat(desk.service.directory()).isEqualTo(data);
    }
  }

  @Test
  void projectThatIsNotServed_isNamed() throws Exception {
    String kept = directory.resolve("data").toString();
    try (var service = ServiceProcess.start("--data", kept, "--port", "0", "--project", "second")) {
      create(service, "my-secret", "some-value");
    }
    try (var service = ServiceProcess.start("--data", kept, "--port", "0")) {
      assertThat(service.printed()).contains("add --project for each:\n  second\n");
    }
  }

  @Test
  void adminKeyThatIsDamaged_isNamed() throws Exception {
    ServiceProcess.start("--data", data.toString(), "--port", "0").close();
    Files.writeString(data.resolve("admin-key"), "no key");
    Outcome outcome = fail("--data", data.toString(), "--port", "0");
    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.err()).contains("admin-key is not a line").contains("Delete it");
  }

  @Test
  void launcher_withWhatIsPrinted_startsAnyProgramOverTls() throws Exception {
    String kept = directory.resolve("data").toString();
    try (var service = ServiceProcess.start("--data", kept, "--port", "0")) {
      create(service, "my-secret", "some-value");
      Outcome started =
          service.latchkey(
              directory,
              "run",
              "--env",
              "FOO=bar",
              "--secret",
              "MY_APP_SECRET=my-secret",
              "--",
              "sh",
              "-c",
              "echo $FOO $MY_APP_SECRET ${LATCHKEY_ADMIN_KEY_FILE-none}");
      assertThat(started).isEqualTo(new Outcome(0, "bar some-value none\n", ""));
      Outcome missing = service.latchkey(directory, "run", "--secret", "A=my-secrte", "--", "true");
      assertThat(missing.status()).isEqualTo(66);
      assertThat(missing.err()).contains("my-secrte");
    }
    try (var service = ServiceProcess.start("--data", kept, "--port", "0", "--tls-self-signed")) {
      Outcome outcome =
          service.latchkey(
              directory, "run", "--secret", "A=my-secret", "--", "sh", "-c", "echo $A");
      assertThat(outcome).isEqualTo(new Outcome(0, "some-value\n", ""));
    }
  }
}
