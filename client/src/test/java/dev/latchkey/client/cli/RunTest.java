package dev.latchkey.client.cli;

import static dev.latchkey.client.cli.Desk.lines;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
  @TempDir private Path directory;
  private Desk desk = new Desk(Path.of(""));

  @BeforeEach
  void furnish() {
    desk = Desk.furnished(directory);
  }

  @Test
  void run_byValue_childHasValuesAndNoCredentials() throws Exception {
    desk.environment.put("LATCHKEY_TOKEN_FILE", "token");
    desk.environment.put("INHERITED", "secret://my-secret");
    desk.environment.put("PLAIN", "as it is");

    int status =
        desk.run("run", "--env", "FOO=b=r", "--secret", "MY_APP_SECRET=my-secret", "--", "env");

    assertThat(status).isZero();
    assertThat(desk.childOutput().lines())
        .containsExactlyInAnyOrder(
            "PATH=" + System.getenv("PATH"),
            "LATCHKEY_ROLE=work",
            "FOO=b=r",
            "MY_APP_SECRET=some-value",
            "INHERITED=some-value",
            "PLAIN=as it is");
  }

  @Test
  void run_byReference_childHasReferencesAndSettings() throws Exception {
    desk.environment.remove("LATCHKEY_SOURCE");
    desk.environment.put("LATCHKEY_KEYSET", "{}");
    String keyset = desk.keyset().toString();

    int status =
        desk.run(
            "run",
            "--by-reference",
            "--role=flow",
            "--source=file:/s",
            "--project=p",
            "--ca-file=ca.pem",
            "--keyset-file",
            keyset,
            "--max-stale=1h",
            "--secret",
            "A=my-secret#/x",
            "env");

    assertThat(status).isZero();
    assertThat(desk.childOutput().lines())
        .containsExactlyInAnyOrder(
            "PATH=" + System.getenv("PATH"),
            "LATCHKEY_SOURCE=file:/s",
            "LATCHKEY_PROJECT=p",
            "LATCHKEY_CA_FILE=ca.pem",
            "LATCHKEY_KEYSET_FILE=" + keyset,
            "LATCHKEY_MAX_STALE=1h",
            "LATCHKEY_ROLE=flow",
            "A=secret://my-secret#/x");
  }

  @Test
  void run_withoutSecrets_needsNoSettings() throws Exception {
    desk.environment.keySet().removeIf(name -> name.startsWith("LATCHKEY"));

    assertThat(desk.run("run", "echo", "hello")).isZero();
    assertThat(desk.childOutput()).isEqualTo(lines("hello"));
  }

  @Test
  void run_childFails_statusIsTheChilds() {
    assertThat(desk.run("run", "--", "sh", "-c", "exit 7")).isEqualTo(7);
    assertThat(desk.run("run", "--", "sh", "-c", "kill -KILL $$")).isEqualTo(137);
    assertThat(desk.err()).isEmpty();
  }

  @Test
  void run_commandMissing_is127() {
    assertThat(desk.run("run", "--secret", "A=my-secret", "--", "nosuchcmd")).isEqualTo(127);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The command 'nosuchcmd' was not found.",
                "Check its spelling, and PATH."));

    assertThat(desk.run("run", "A=hunter2", "x")).isEqualTo(127);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The command 'A=...' was not found.",
                "A variable is given with --env NAME=VALUE, before the command."));
  }

  @Test
  void run_commandNotExecutable_is126() throws Exception {
    Path text = Files.writeString(directory.resolve("text"), "no program");

    assertThat(desk.run("run", text.toString())).isEqualTo(126);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The command '" + text + "' is there and cannot be started.",
                "Check that it is an executable file of this system, and that its arguments and"
                    + " environment are not too large."));

    desk.environment.put("PATH", directory.toString());
    assertThat(desk.run("run", "text")).isIn(126, 127);
  }

  @Test
  void run_oneSecretMissing_startsNothing() {
    int status = desk.run("run", "--secret", "A=my-secret", "--secret", "B=my-secrt", "--", "echo");

    assertThat(status).isEqualTo(66);
    assertThat(desk.started).isZero();
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: B: No secret named 'my-secrt' in project 'default'."
                    + " Bound by secret://my-secrt.",
                "Nearest name: my-secret."));
  }

  @Test
  void run_wrongKeyset_isDenied() throws Exception {
    Files.delete(desk.keyset());
    desk.run("keys", "init", desk.keyset().toString());

    assertThat(desk.run("run", "--secret", "A=my-secret", "--", "echo")).isEqualTo(77);
    assertThat(desk.started).isZero();
    assertThat(desk.err()).startsWith("latchkey: A: ").doesNotContain("some-value");
  }

  @Test
  void run_severalKindsOfFailure_statusIsOfTheMostSevere() {
    String other = directory.resolve("other.json").toString();
    desk.run("keys", "init", other);
    desk.input("v").run("create", "--keyset-file", other, "foreign");

    assertThat(desk.run("check", "--secret=A=none", "--secret=B=foreign")).isEqualTo(77);
    assertThat(desk.out())
        .isEqualTo(lines("A\tsecret://none\t-\tnot-found", "B\tsecret://foreign\t-\tdecryption"));
  }

  @Test
  void run_binaryValue_isRefusedByValue() {
    desk.input(new byte[] {(byte) 0xff, 0}).run("create", "binary");

    assertThat(desk.run("run", "--secret", "A=binary", "--", "echo")).isEqualTo(65);
    assertThat(desk.run("check", "--secret", "A=binary")).isEqualTo(65);
    assertThat(desk.run("check", "--by-reference", "--secret", "A=binary")).isZero();
    assertThat(desk.started).isZero();
  }

  @Test
  void run_sourceMissing_isConfiguration() {
    desk.environment.remove("LATCHKEY_SOURCE");

    assertThat(desk.run("run", "--secret", "A=my-secret", "--", "echo")).isEqualTo(78);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: LATCHKEY_SOURCE is not set.",
                "Set it to where the secrets are: https://… or file:/directory."));
  }

  @Test
  void run_unknownSetting_isConfiguration() {
    desk.environment.put("LATCHKEY_PROJET", "p");

    for (String option : List.of("--role=work", "--by-reference")) {
      assertThat(desk.run("run", option, "echo")).isEqualTo(78);
      assertThat(desk.err())
          .isEqualTo(
              lines(
                  "latchkey: There is no setting named LATCHKEY_PROJET.",
                  "Nearest name: LATCHKEY_PROJECT."));
    }
  }

  @Test
  void check_allResolve_tellsStatesAndNoValue() {
    desk.environment.put("URL", "db://u:${secret://my-secret}@h");

    int status =
        desk.run(
            "check", "--env", "FOO=bar", "--secret", "A=my-secret", "--secret", "B=no?optional");

    assertThat(status).isZero();
    assertThat(desk.out())
        .isEqualTo(
            lines(
                "URL\tsecret://my-secret\t1\tok",
                "A\tsecret://my-secret\t1\tok",
                "B\tsecret://no?optional\t-\tabsent"));
    assertThat(desk.err()).isEmpty();
    assertThat(desk.started).isZero();
  }

  @Test
  void check_nothingBound_saysSo() {
    assertThat(desk.run("check", "--env", "FOO=bar")).isZero();
    assertThat(desk.out()).isEqualTo(lines("Nothing is bound: give --secret NAME=SECRET."));
    assertThat(desk.err()).isEmpty();
  }

  @Test
  void check_valuesThatDoNotFit_areUnfit() {
    desk.input("a\0b").run("create", "nul");
    desk.input(new byte[] {(byte) 0xff}).run("create", "bin");
    desk.input("x".repeat(200_000)).run("create", "big");
    desk.environment.put("URL", "${secret://my-secret}${secret://bin}");

    int status =
        desk.run(
            "check",
            "--secret=A=nul",
            "--secret=B=big",
            "--secret=C=my-secret",
            "--secret=D=no?optional",
            "--secret=E=my-secrt");

    assertThat(desk.out())
        .isEqualTo(
            lines(
                "URL\tsecret://my-secret\t1\tunfit",
                "URL\tsecret://bin\t1\tunfit",
                "A\tsecret://nul\t1\tunfit",
                "B\tsecret://big\t1\tunfit",
                "C\tsecret://my-secret\t1\tok",
                "D\tsecret://no?optional\t-\tabsent",
                "E\tsecret://my-secrt\t-\tnot-found"));
    assertThat(desk.err().lines().filter(line -> line.startsWith("latchkey: ")))
        .containsExactly(
            "latchkey: E: No secret named 'my-secrt' in project 'default'.",
            "latchkey: URL: The value is not UTF-8 text. Bound by secret://bin.",
            "latchkey: A: The value has a NUL character, which no environment variable can hold.",
            "latchkey: B: The variable is over 128 KiB, the most that an environment variable can"
                + " hold.");
    assertThat(status).isEqualTo(66);
  }

  @Test
  void check_failures_areToldOneByOne() {
    assertThat(desk.run("check", "--secret", "A=my-secrt", "--secret", "B=my-secret"))
        .isEqualTo(66);
    assertThat(desk.out())
        .isEqualTo(lines("A\tsecret://my-secrt\t-\tnot-found", "B\tsecret://my-secret\t1\tok"));
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: A: No secret named 'my-secrt' in project 'default'.",
                "Nearest name: my-secret."));
  }
}
