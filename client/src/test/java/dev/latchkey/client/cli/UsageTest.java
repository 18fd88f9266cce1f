package dev.latchkey.client.cli;

import static dev.latchkey.client.cli.Desk.lines;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UsageTest {
  private static final String RUN_USAGE =
      "Usage: latchkey run [OPTION]... [--] COMMAND [ARG]...; see `latchkey run --help`.";
  private static final String CREATE_USAGE =
      "Usage: latchkey create [OPTION]... NAME; see `latchkey create --help`.";
  private static final String LIST_USAGE =
      "Usage: latchkey list [OPTION]...; see `latchkey list --help`.";
  private static final String TOKEN =
      "latchkey: There is no option --token, since everybody on this machine can read command"
          + " lines.";

  @TempDir private Path directory;
  private Desk desk = new Desk(Path.of(""));

  @BeforeEach
  void furnish() {
    desk = Desk.furnished(directory);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(
            "crate",
            "There is no command 'latchkey crate'.",
            "Nearest name: create. See `latchkey --help`."),
        mistake(
            "rnu",
            "There is no command 'latchkey rnu'.",
            "Nearest name: run. See `latchkey --help`."),
        mistake(
            "rnu --help",
            "There is no command 'latchkey rnu'.",
            "Nearest name: run. See `latchkey --help`."),
        mistake(
            "--version rnu",
            "There is no command 'latchkey rnu'.",
            "Nearest name: run. See `latchkey --help`."),
        mistake(
            "keys rotat -h",
            "There is no command 'latchkey keys rotat'.",
            "Nearest name: rotate. See `latchkey keys --help`."),
        mistake(
            "get db",
            "There is no command 'latchkey get': values are never printed.",
            "Give a process the value: latchkey run --secret A=db -- printenv A"),
        mistake(
            "show --help",
            "There is no command 'latchkey show': values are never printed.",
            "Give a process the value: latchkey run --secret A=my-secret -- printenv A"),
        mistake(
            "get hunter2",
            "There is no command 'latchkey get': values are never printed.",
            "Give a process the value: latchkey run --secret A=my-secret -- printenv A"),
        mistake("hunter2=x", "No such command.", "See `latchkey --help`."),
        mistake(
            "keys rotat",
            "There is no command 'latchkey keys rotat'.",
            "Nearest name: rotate. See `latchkey keys --help`."),
        mistake(
            "help rum",
            "There is no command 'latchkey rum'.",
            "Nearest name: run. See `latchkey --help`."),
        mistake("create", "`latchkey create` needs NAME.", CREATE_USAGE),
        mistake(
            "create my-secret hunter2",
            "`latchkey create` takes fewer arguments.",
            "The value comes from standard input. " + CREATE_USAGE),
        mistake(
            "create A=hunter2",
            "A secret's name has no equals sign, and its value is no argument, since everybody on this machine can read command lines.",
            "Give the name alone, and the value on standard input."),
        mistake("run --secret A=b", "`latchkey run` needs COMMAND.", RUN_USAGE),
        mistake(
            "run --secrt=hunter2 x",
            "There is no option --secrt.",
            "Nearest name: --secret. " + RUN_USAGE),
        mistake(
            "run -e A=b -- x",
            "There is no option -e.",
            "It has no short form: --env. " + RUN_USAGE),
        mistake(
            "run --evn A=b -- x", "There is no option --evn.", "Nearest name: --env. " + RUN_USAGE),
        mistake("run -phunter2 x", "There is no such option.", RUN_USAGE),
        mistake("run --role hunter2 x", "--role is none of its values.", "It is flow or work."),
        mistake("run --role work --role flow x", "--role is given twice.", "Leave one out."),
        mistake("list --source", "--source needs a value, URI.", LIST_USAGE),
        mistake("list --json=hunter2", "--json takes no value.", LIST_USAGE),
        mistake("list hunter2", "`latchkey list` takes fewer arguments.", LIST_USAGE),
        mistake(
            "delete my-secret",
            "There is no terminal to ask whether to delete 'my-secret'.",
            "If you are sure, add --yes."));
  }

  private static Arguments mistake(String args, String problem, String remedy) {
    return Arguments.of(List.of(args.split(" ", -1)), problem, remedy);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void run_mistake_isToldWithoutItsValue(List<String> args, String problem, String remedy) {
    int status = desk.run(args.toArray(String[]::new));

    assertThat(desk.err()).isEqualTo(lines("latchkey: " + problem, remedy));
    assertThat(desk.out()).isEmpty();
    assertThat(desk.started).isZero();
    assertThat(status).isEqualTo(64);
  }

  @Test
  void run_tokenOption_isRefusedWithItsVariable() {
    for (String command : List.of("run", "check", "list", "create", "replace", "delete")) {
      assertThat(desk.run(command, "--token=hunter2", "x")).isEqualTo(64);
      assertThat(desk.err())
          .isEqualTo(
              lines(TOKEN, "Put it in a file and give --token-file FILE, or set LATCHKEY_TOKEN."));
      assertThat(desk.run(command, "--keyset", "hunter2", "x")).isEqualTo(64);
      assertThat(desk.err())
          .isEqualTo(
              lines(
                  TOKEN.replace("--token", "--keyset"),
                  "Put it in a file and give --keyset-file FILE, or set LATCHKEY_KEYSET."));
    }
  }

  @Test
  void run_noCommand_printsHelpAndFails() {
    assertThat(desk.run()).isEqualTo(64);
    assertThat(desk.err()).contains("Usage: latchkey COMMAND", "quickstart", "Exit status");
    assertThat(desk.out()).isEmpty();

    assertThat(desk.run("keys")).isEqualTo(64);
    assertThat(desk.err()).contains("Usage: latchkey keys COMMAND", "rotate");
  }

  /** Whatever stands after an equals sign may be a secret in the wrong place. */
  @Test
  void run_markersInEveryPlace_neverShow() {
    var random = new Random(7);
    List<String> heads =
        List.of(
            "--env=A=",
            "--env=1=",
            "--env==",
            "--env=",
            "--secret=A=",
            "--secret=A=x/",
            "--secret=",
            "--secret==",
            "--token=",
            "--keyset=",
            "--tokn=",
            "-x=",
            "--=",
            "=",
            "A=",
            "--role=",
            "--json=",
            "--yes=",
            "--help=",
            "--max-stale=",
            "--keyset-kms-uri=",
            "--by-reference=");
    List<String> commands =
        List.of(
            "run",
            "check",
            "create",
            "replace",
            "delete",
            "list",
            "keys",
            "completion",
            "help",
            "quickstart",
            "nothing",
            "");
    for (String command : commands) {
      for (String head : heads) {
        String marker = "Zq" + Long.toUnsignedString(random.nextLong(), 36);
        String[] args =
            Stream.concat(
                    Stream.of(command.split(" ", -1)).filter(word -> !word.isEmpty()),
                    Stream.of(head + marker + "!$"))
                .toArray(String[]::new);

        desk.run(args);

        assertThat(desk.out() + desk.err()).as(command + " " + head).doesNotContain(marker);
      }
    }
  }

  @Test
  void run_optionAfterCommand_isTheChilds() throws Exception {
    int status =
        desk.run("run", "--env", "A=1", "echo", "--env", "A=2", "--", "--help", "--token=x");

    assertThat(desk.childOutput()).isEqualTo(lines("--env A=2 -- --help --token=x"));
    assertThat(status).isZero();
  }

  @Test
  void run_argumentWithAtSign_isNoFileOfArguments() throws Exception {
    assertThat(desk.run("run", "--", "echo", "@" + desk.keyset())).isZero();
    assertThat(desk.childOutput()).isEqualTo("@" + desk.keyset() + "\n");
  }

  @Test
  void help_everyCommand_hasSentenceAndExample() {
    for (String command :
        List.of(
            "quickstart",
            "keys",
            "keys init",
            "keys rotate",
            "keys public",
            "create",
            "replace",
            "delete",
            "list",
            "run",
            "check",
            "completion",
            "help")) {
      assertThat(desk.run(("help " + command).split(" ", -1))).isZero();
      assertThat(desk.out())
          .contains("Usage: latchkey " + command, "Example:\n  ")
          .doesNotContain("%%", "%n");
      assertThat(desk.out().lines()).allMatch(line -> line.length() <= 80);
      String help = desk.out();
      if (!command.equals("help")) {
        assertThat(desk.run((command + " --help").split(" ", -1))).isZero();
        assertThat(desk.out()).isEqualTo(help);
      }
    }
  }

  @Test
  void version_asked_isTold() {
    assertThat(desk.run("--version")).isZero();
    assertThat(desk.out()).startsWith("latchkey ").contains("Java ");
  }

  @Test
  void run_defect_isToldWithoutItsMessage() {
    desk.in =
        new InputStream() {
          @Override
          public int read() {
            throw new IllegalStateException("hunter2");
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            throw new IllegalStateException("hunter2");
          }
        };

    assertThat(desk.run("replace", "my-secret")).isEqualTo(70);
    assertThat(desk.err())
        .startsWith("latchkey: An unforeseen failure: java.lang.IllegalStateException at ")
        .contains("This is a defect of latchkey: report it to its authors")
        .doesNotContain("hunter2");
  }
}
