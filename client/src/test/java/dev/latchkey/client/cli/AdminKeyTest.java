package dev.latchkey.client.cli;

import static dev.latchkey.client.cli.Desk.lines;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.client.Canary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher does with an admin key, and that nothing of it goes further. */
@Timeout(60)
class AdminKeyTest {
  private static final String TOKENS = "/v1/projects/default/process-tokens";
  private static final String READ = "POST /v1/projects/default/ciphertexts";
  private static final String REVOKE = "DELETE " + TOKENS + "/4-a";

  @TempDir private Path directory;
  private Desk desk = new Desk(Path.of(""));
  private Path keyFile = Path.of("");
  private TokenService service;

  @BeforeEach
  void furnish() throws Exception {
    desk = Desk.furnished(directory);
    service = new TokenService(desk.keyset());
    keyFile = Files.writeString(directory.resolve("admin-key"), TokenService.KEY + "\n");
    desk.environment.put("LATCHKEY_SOURCE", service.address());
    desk.environment.put("LATCHKEY_ADMIN_KEY_FILE", keyFile.toString());
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private static String mint(String role, String app, String secrets, int ttl) {
    return "POST %s {\"role\":\"%s\",\"app\":\"%s\",\"secrets\":[%s],\"ttlSeconds\":%d}"
        .formatted(TOKENS, role, app, secrets, ttl);
  }

  @Test
  void run_byValue_childHasValuesAndTheTokenIsRevokedBefore() throws Exception {
    desk.environment.put("INHERITED", "${secret://db}!");
    desk.onStart = () -> assertThat(service.tokens()).isZero();

    assertThat(desk.run("run", "--secret", "A=My-Secret?optional", "--", "/usr/bin/env")).isZero();

    assertThat(desk.childOutput().lines())
        .containsExactlyInAnyOrder(
            "PATH=" + System.getenv("PATH"),
            "LATCHKEY_ROLE=work",
            "INHERITED=value-of-db!",
            "A=value-of-my-secret");
    assertThat(service.asked)
        .containsExactly(mint("work", "env", "\"db\",\"my-secret\"", 60), READ, REVOKE);
    assertThat(desk.err()).isEmpty();
    assertThat(desk.timer.plannedTasks()).isZero();
  }

  @Test
  void run_byReference_childHasTheTokenAndNothingOfTheKey() throws Exception {
    desk.environment.put("LATCHKEY_PROJECT", "default");

    int status =
        desk.run(
            "run",
            "--by-reference",
            "--role=flow",
            "--app=pay ments",
            "--env=URL=${secret://db}",
            "--secret=A=my-secret?version=1",
            "--",
            "env");

    assertThat(status).isZero();
    assertThat(desk.childOutput().lines())
        .containsExactlyInAnyOrder(
            "PATH=" + System.getenv("PATH"),
            "LATCHKEY_SOURCE=" + service.address(),
            "LATCHKEY_PROJECT=default",
            "LATCHKEY_KEYSET_FILE=" + desk.keyset(),
            "LATCHKEY_TOKEN=lkp_hunter2",
            "LATCHKEY_ROLE=flow",
            "URL=${secret://db}",
            "A=secret://my-secret?version=1");
    assertThat(service.asked)
        .containsExactly(mint("flow", "pay ments", "\"db\",\"my-secret\"", 86400), REVOKE);
    assertThat(desk.timer.closed).isTrue();
    assertThat(desk.err()).isEmpty();
  }

  @Test
  void run_optionForTheKey_isTakenAndNotPassedOn() throws Exception {
    desk.environment.put("LATCHKEY_ADMIN_KEY_FILE", "/nowhere");
    String option = "--admin-key-file=" + keyFile;

    assertThat(desk.run("run", "--by-reference", option, "--secret=A=db", "env")).isZero();

    assertThat(desk.childOutput()).contains("LATCHKEY_TOKEN=").doesNotContain("ADMIN_KEY");
    assertThat(service.tokens()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--by-reference", "--role=work"})
  void run_noSecret_makesNoTokenAndKeepsTheKeyBack(String option) throws Exception {
    assertThat(desk.run("run", option, "--env=A=b", "env")).isZero();

    assertThat(service.asked).isEmpty();
    assertThat(desk.childOutput())
        .contains("A=b")
        .doesNotContain("LATCHKEY_TOKEN")
        .doesNotContain("ADMIN_KEY");
  }

  @Test
  void run_directory_makesNoTokenAndKeepsTheKeyBack() throws Exception {
    String source = "--source=file:" + directory.resolve("secrets");

    assertThat(desk.run("run", "--by-reference", source, "--secret=A=my-secret", "env")).isZero();
    assertThat(desk.childOutput()).doesNotContain("ADMIN_KEY").doesNotContain("LATCHKEY_TOKEN");
    assertThat(desk.run("run", source, "--secret=A=my-secret", "printenv", "A")).isZero();
    assertThat(desk.childOutput()).isEqualTo(lines("some-value"));
    assertThat(service.asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"A=hunter2,A", "/opt/my tool,my_tool", "nöd,n_d", "=x,process", "/,process"})
  void run_noAppGiven_isTheFileNameOfTheCommand(String command, String app) {
    assertThat(desk.run("run", "--secret=A=db", "--", command)).isIn(126, 127);
    assertThat(service.asked).containsExactly(mint("work", app, "\"db\"", 60), READ, REVOKE);
  }

  @Test
  void run_commandOfALongName_hasItCut() {
    desk.run("run", "--secret=A=db", "--", "x".repeat(300));
    assertThat(service.asked).contains(mint("work", "x".repeat(128), "\"db\"", 60));
  }

  @Test
  void run_appThatIsNoName_isConfiguration() {
    assertThat(desk.run("run", "--app=a\nb", "--secret=A=db", "env")).isEqualTo(78);
    assertThat(desk.err())
        .startsWith("latchkey: The app's name is not 1 to 128 printable characters.");
    assertThat(service.asked).isEmpty();
  }

  @Test
  void run_childCannotBeStarted_revokes() {
    assertThat(desk.run("run", "--by-reference", "--secret=A=db", "nosuchcmd")).isEqualTo(127);
    assertThat(service.asked).containsExactly(mint("work", "nosuchcmd", "\"db\"", 86400), REVOKE);
    assertThat(desk.timer.closed).isTrue();
  }

  @Test
  void run_environmentDoesNotFit_revokes() {
    String large = "--env=A=" + "x".repeat(200_000);
    assertThat(desk.run("run", "--by-reference", large, "--secret=B=db", "env")).isEqualTo(65);
    assertThat(desk.started).isZero();
    assertThat(service.tokens()).isZero();
  }

  @Test
  void run_secretMissing_isNotFoundAndRevokes() {
    assertThat(desk.run("run", "--secret=A=none", "env")).isEqualTo(66);
    assertThat(service.asked).containsExactly(mint("work", "env", "\"none\"", 60), READ, REVOKE);
    assertThat(desk.started).isZero();
  }

  @ParameterizedTest
  @CsvSource({"400,69", "401,77", "403,77", "404,69", "500,69"})
  void run_tokenRefused_startsNothing(int status, int exit) {
    service.mintStatus = status;
    for (String option : List.of("--by-reference", "--role=work")) {
      assertThat(desk.run("run", option, "--secret=A=db", "env")).isEqualTo(exit);
      assertThat(desk.err()).startsWith("latchkey: ").contains(service.origin());
    }
    assertThat(desk.started).isZero();
    assertThat(service.asked).hasSize(2);
  }

  @Test
  void run_keyNotAccepted_namesTheFile() throws Exception {
    Files.writeString(keyFile, "admin:hunter2");
    assertThat(desk.run("run", "--secret=A=db", "env")).isEqualTo(77);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: "
                    + service.origin()
                    + " does not accept the admin key in the file "
                    + keyFile
                    + ".",
                "It may have been replaced: write the one that is in force into the file of"
                    + " LATCHKEY_ADMIN_KEY_FILE."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"LATCHKEY_TOKEN", "LATCHKEY_TOKEN_FILE"})
  void run_tokenToo_isOneTooMany(String token) {
    String[] command = {"run", "--by-reference", "--secret=A=db", "--env=" + token + "=t", "env"};
    String problem = "latchkey: LATCHKEY_ADMIN_KEY_FILE and " + token + " are both set.";
    assertThat(desk.run(command)).isEqualTo(78);
    assertThat(desk.err()).isEqualTo(lines(problem, "Leave one of them out."));

    desk.environment.put(token, "t");
    assertThat(desk.run("run", "--secret=A=db", "env")).isEqualTo(78);
    assertThat(desk.err()).isEqualTo(lines(problem, "Leave one of them out."));
    assertThat(desk.run("check", "--secret=A=db")).isEqualTo(78);
    assertThat(service.asked).isEmpty();
  }

  @Test
  void run_keyGivenToTheChild_isRefused() {
    for (String option : List.of("--by-reference", "--role=work")) {
      assertThat(desk.run("run", option, "--env=LATCHKEY_ADMIN_KEY_FILE=" + keyFile, "env"))
          .isEqualTo(78);
      assertThat(desk.err())
          .isEqualTo(
              lines(
                  "latchkey: LATCHKEY_ADMIN_KEY_FILE is given to the process, and is latchkey's"
                      + " alone.",
                  "Give --admin-key-file instead, and the process gets a token of its own."));
    }
    assertThat(desk.started).isZero();
  }

  @Test
  void run_cacheDirectory_holdsNoCopiesOfATokenThatIsGone() throws Exception {
    Path cache = directory.resolve("cache");
    assertThat(desk.run("run", "--cache-dir=" + cache, "--secret=A=db", "env")).isZero();
    assertThat(cache).doesNotExist();
    String[] byReference = {
      "run", "--by-reference", "--cache-dir=" + cache, "--secret=A=db", "env"
    };
    assertThat(desk.run(byReference)).isZero();
    assertThat(desk.childOutput()).doesNotContain("LATCHKEY_CACHE_DIR");
  }

  @Test
  void check_adminKey_makesATokenAndRevokesIt() {
    assertThat(desk.run("check", "--secret=A=db", "--secret=B=none")).isEqualTo(66);

    assertThat(desk.out())
        .isEqualTo(lines("A\tsecret://db\t1\tok", "B\tsecret://none\t-\tnot-found"));
    assertThat(service.asked)
        .containsExactly(mint("work", "latchkey-check", "\"db\",\"none\"", 60), READ, REVOKE);
  }

  @Test
  void check_nothingBound_makesNoToken() {
    assertThat(desk.run("check")).isZero();
    assertThat(service.asked).isEmpty();
  }

  @Test
  void run_whateverHappens_keyIsNowhere() throws Exception {
    var key = new Canary("lka_canary-c0ffee".getBytes(UTF_8));
    String show = "env; tr '\\0' '\\n' </proc/self/cmdline; tr '\\0' ' ' </proc/self/environ";
    for (String option : List.of("--by-reference", "--role=work")) {
      for (int status : List.of(200, 400, 401, 403, 404, 500)) {
        service.mintStatus = status;
        service.revokeStatus = status;
        service.renewStatus = status;
        desk.timer = new FakeTimer();
        desk.onStart =
            () -> {
              if (desk.timer.plannedTasks() > 0) {
                desk.timer.runNext();
              }
            };
        desk.run("run", option, "--secret=A=db", "--", "sh", "-c", show);
        assertThat(key.isIn(desk.out() + desk.err())).isFalse();
        if (status == 200) {
          assertThat(desk.childOutput()).contains("A=");
          assertThat(key.isIn(desk.childOutput())).isFalse();
          assertThat(desk.childOutput()).doesNotContain(keyFile.toString());
        }
      }
    }
    // The same search finds the key where it is, in a variable of a child.
    desk.run("run", "--env=K=" + TokenService.KEY, "--", "sh", "-c", show);
    assertThat(key.isIn(desk.childOutput())).isTrue();
  }
}
