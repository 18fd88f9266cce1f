package dev.latchkey.client.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LatchkeyIT {
  private static final String CLASS_PATH =
      Jar.PATH + ":" + Path.of("target/test-classes").toAbsolutePath();

  @TempDir private Path directory;
  private Jar jar = new Jar(Path.of(""));

  @BeforeEach
  void furnish() throws Exception {
    directory = directory.toRealPath();
    jar = Jar.furnished(directory);
  }

  @Test
  void run_pythonApp_readsItsEnvironment() throws Exception {
    assumeTrue(isThere("python3"), "python3 is not installed");
    Files.writeString(
        directory.resolve("app.py"),
        "import os, sys\nprint(os.environ['FOO'], os.environ['MY_APP_SECRET'],"
            + " os.environ['ANOTHER_SECRET'], sys.argv[1:])\n");

    Jar.Outcome outcome =
        jar.run(
            "",
            "run",
            "--env",
            "FOO=bar",
            "--secret",
            "MY_APP_SECRET=my-secret",
            "--secret",
            "ANOTHER_SECRET=another-secret",
            "--",
            "python3",
            "app.py",
            "--env",
            "x");

    assertThat(outcome.succeeded().out())
        .isEqualTo("bar some-value another-value ['--env', 'x']\n");
  }

  @Test
  void run_shell_readsItsEnvironment() throws Exception {
    Jar.Outcome outcome =
        jar.run(
            "typed",
            "run",
            "--env",
            "FOO=bar",
            "--secret",
            "MY_APP_SECRET=my-secret",
            "--secret",
            "ANOTHER_SECRET=another-secret",
            "--",
            "/bin/sh",
            "-c",
            "echo $FOO $MY_APP_SECRET $ANOTHER_SECRET; cat");

    assertThat(outcome.succeeded().out()).isEqualTo("bar some-value another-value\ntyped");
  }

  @Test
  void run_textWithNewline_isKeptExactly() throws Exception {
    jar.run(" two\nlines\n", "create", "text").succeeded();

    assertThat(jar.run("", "run", "--secret", "A=text", "printenv", "A").succeeded().out())
        .isEqualTo(" two\nlines\n\n");
  }

  @Test
  void run_binaryByReference_isKeptExactly() throws Exception {
    byte[] value = new byte[1 << 20];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) (i * 31);
    }
    jar.run(value, "create", "binary").succeeded();

    Jar.Outcome outcome =
        jar.run(
            "",
            "run",
            "--by-reference",
            "--secret",
            "A=binary",
            "--",
            Jar.JAVA,
            "-cp",
            CLASS_PATH,
            ReadingChild.class.getName(),
            "--bytes",
            "A");

    assertThat(outcome.succeeded().bytes()).isEqualTo(value);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void run_byReference_childResolvesAndEnvironmentsHoldNoValue() throws Exception {
    Process launcher =
        jar.builder(
                "run",
                "--by-reference",
                "--secret",
                "MY_APP_SECRET=my-secret",
                "--",
                Jar.JAVA,
                "-cp",
                CLASS_PATH,
                ReadingChild.class.getName(),
                "MY_APP_SECRET")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(launcher.getInputStream(), UTF_8))) {
      assertThat(out.readLine()).isEqualTo("some-value");
      assertThat(out.readLine()).isEqualTo("secret://my-secret");
      ProcessHandle child = launcher.children().findFirst().orElseThrow();

      // The positive control: the look does find what is there.
      assertThat(seen(child.pid())).contains("secret://my-secret", ReadingChild.class.getName());
      assertThat(seen(child.pid()) + seen(launcher.pid())).doesNotContain("some-value");
    } finally {
      launcher.getOutputStream().close();
    }
    assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isZero();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void run_byValue_onlyTheChildsVariableHoldsTheValue() throws Exception {
    ProcessBuilder builder =
        jar.builder(
            "run", "--secret", "A=my-secret", "--", "/bin/sh", "-c", "echo ready; read line; :");
    builder.environment().put("LATCHKEY_TOKEN", "hunter2");
    Process launcher = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(launcher.getInputStream(), UTF_8))) {
      assertThat(out.readLine()).isEqualTo("ready");
      long child = launcher.children().findFirst().orElseThrow().pid();

      assertThat(seen(launcher.pid()))
          .contains("LATCHKEY_TOKEN=hunter2")
          .doesNotContain("some-value");
      assertThat(seen(child))
          .contains("A=some-value")
          .doesNotContain("LATCHKEY_TOKEN", "LATCHKEY_KEYSET", "hunter2");
      assertThat(seen(child).replaceFirst("A=some-value", "")).doesNotContain("some-value");
    } finally {
      launcher.getOutputStream().close();
    }
    assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  private static String seen(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    return Files.readString(process.resolve("cmdline"), ISO_8859_1)
        + Files.readString(process.resolve("environ"), ISO_8859_1);
  }

  @Test
  void run_oneReferenceFails_startsNothing() throws Exception {
    Jar.Outcome outcome =
        jar.run(
            "",
            "run",
            "--secret",
            "A=my-secret",
            "--secret",
            "B=nowhere",
            "--",
            "touch",
            "started");

    assertThat(outcome.status()).isEqualTo(66);
    assertThat(outcome.out()).isEmpty();
    assertThat(directory.resolve("started")).doesNotExist();
    // The positive control.
    jar.run("", "run", "--secret", "A=my-secret", "--", "touch", "started").succeeded();
    assertThat(directory.resolve("started")).exists();
  }

  @Test
  void run_commandCannotStart_is126Or127() throws Exception {
    assertThat(jar.run("", "run", "--", "nosuchcmd").status()).isEqualTo(127);
    assertThat(jar.run("", "run", "--", jar.keyset().toString()).status()).isEqualTo(126);
  }

  @Test
  void anyCommand_done_leavesNoTemporaryFile() throws Exception {
    jar.run("", "run", "--secret", "A=my-secret", "true").succeeded();
    jar.run("", "quickstart").succeeded();

    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("keyset.json", "secrets");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void list_closedPipe_isSilent() throws Exception {
    ProcessBuilder shell =
        jar.configured(
            new ProcessBuilder(
                "/bin/sh",
                "-c",
                // The command starts when its reader has let go of the pipe.
                "mkfifo gone; (read line < gone; \"$0\" -jar \"$1\" list; echo $? >&2) | (exec <&-;"
                    + " echo > gone)",
                Jar.JAVA,
                Jar.PATH.toString()));

    assertThat(Jar.finish(shell, new byte[0]).err()).isEqualTo("74\n");
  }

  @Test
  void create_directoryAsInput_saysSo() throws Exception {
    ProcessBuilder shell =
        jar.configured(
            new ProcessBuilder(
                "/bin/sh",
                "-c",
                "\"$0\" -jar \"$1\" create other < .",
                Jar.JAVA,
                Jar.PATH.toString()));

    Jar.Outcome outcome = Jar.finish(shell, new byte[0]);

    assertThat(outcome.err()).startsWith("latchkey: Standard input cannot be read.\n");
    assertThat(outcome.status()).isEqualTo(65);
  }

  @Test
  void list_fullDisk_fails() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full");

    Jar.Outcome outcome =
        Jar.finish(jar.builder("list").redirectOutput(Path.of("/dev/full").toFile()), new byte[0]);

    assertThat(outcome.err()).isEqualTo("latchkey: Standard output is closed or full.\n");
    assertThat(outcome.status()).isEqualTo(74);
  }

  @Test
  void completion_script_isBash() throws Exception {
    assumeTrue(isThere("bash"), "bash is not installed");
    byte[] script = jar.run("", "completion").succeeded().bytes();

    assertThat(new String(script, UTF_8)).contains("quickstart", "--by-reference", "rotate");
    Jar.finish(new ProcessBuilder("bash", "-n"), script).succeeded();
  }

  @Test
  void quickstart_run_showsWhatTheChildPrints() throws Exception {
    Jar.Outcome outcome = jar.run("", "quickstart").succeeded();

    assertThat(outcome.out())
        .contains(
            "$ java -jar "
                + Jar.PATH
                + " run --env FOO=bar --secret MY_APP_SECRET=my-secret -- sh -c",
            "\nFOO=bar\nMY_APP_SECRET=some-value\n",
            "removed again");
  }

  @Test
  void quickstart_kept_commandsCanBePasted() throws Exception {
    Path kept = directory.resolve("kept here");
    Jar.Outcome shown = jar.run("", "quickstart", "--keep", kept.toString()).succeeded();
    assertThat(kept.resolve("keyset.json")).exists();
    assertThat(shown.out())
        .contains("\n$ mkdir -m 700 '" + kept + "'\n")
        .doesNotContain("rm -rf")
        .endsWith("The commands can be pasted, one by one, once " + kept + " is removed.\n");
    assertThat(jar.run("", "quickstart", "--keep", kept.toString()).status()).isEqualTo(64);
    Files.move(kept, directory.resolve("moved away"));
    String commands =
        shown
            .out()
            .lines()
            .filter(line -> line.startsWith("$ "))
            .map(line -> line.substring(2))
            .collect(Collectors.joining("\n"));

    ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-e");
    shell.environment().put("PATH", Path.of(Jar.JAVA).getParent() + ":" + System.getenv("PATH"));
    Jar.Outcome pasted = Jar.finish(shell, commands.getBytes(UTF_8)).succeeded();

    List<String> printed =
        shown
            .out()
            .lines()
            .filter(line -> !line.startsWith("$ ") && !line.startsWith("#"))
            .toList();
    assertThat(pasted.out().lines()).hasSize(6);
    assertThat(printed)
        .containsAll(pasted.out().lines().filter(line -> !line.startsWith("my-secret")).toList());
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }
}
