package dev.latchkey.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Launchers start in a session of their own and with the default signals: the tests send what a
 * terminal would have sent itself, and a build in the background ignores interrupts.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SignalsIT {
  private static final List<String> DEFAULT_SIGNALS =
      List.of("env", "--default-signal=INT,HUP,TERM");
  private static final int ROUNDS = 5;

  /** Prints each signal as it comes, and ends at a line of input; waits in a way signals end. */
  private static final String COUNTING =
      """
      for s in TERM INT HUP; do trap "echo $s" $s; done
      cat >/dev/null <&3 3<&- & pid=$!
      echo ready
      while kill -0 $pid 2>/dev/null; do wait $pid; done
      echo end
      exit 9
      """;

  @TempDir private Path directory;
  private Jar jar = new Jar(Path.of(""));

  private final List<Process> launchers = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void findTools() {
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(DEFAULT_SIGNALS);
    command.add("true");
    assumeTrue(succeeds(command), "setsid (util-linux) or env --default-signal is not installed");
  }

  private static boolean succeeds(List<String> command) {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void furnish() throws Exception {
    jar = Jar.furnished(directory);
  }

  @AfterEach
  void end() {
    for (Process launcher : launchers) {
      launcher.descendants().forEach(ProcessHandle::destroyForcibly);
      launcher.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void run_signalled_childHearsOnce(String signal) throws Exception {
    Process launcher = run(COUNTING);
    try (BufferedReader out = reader(launcher)) {
      assertThat(out.readLine()).isEqualTo("ready");
      // A second delivery of one comes before the last, and would be left over at the end.
      for (int i = 0; i < ROUNDS; i++) {
        kill(signal, launcher.pid());
        assertThat(out.readLine()).isEqualTo(signal);
      }

      launcher.getOutputStream().close();

      assertThat(out.lines()).containsExactly("end");
      assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(launcher.exitValue()).isEqualTo(9);
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM,143", "INT,130", "HUP,129"})
  void run_signalEndsChild_statusIs128AndTheSignal(String signal, int status) throws Exception {
    Process launcher = run("echo ready; exec cat");
    try (BufferedReader out = reader(launcher)) {
      assertThat(out.readLine()).isEqualTo("ready");

      kill(signal, launcher.pid());

      assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(launcher.exitValue()).isEqualTo(status);
    }
  }

  @Test
  void run_childKilled_statusIs137() throws Exception {
    Process launcher = run("kill -KILL $$");

    assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(137);
  }

  @Test
  void run_interruptAtTerminal_childHearsOnce() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "python3 is not installed");
    Path pty =
        Files.writeString(
            directory.resolve("terminal.py"),
            """
            import os, pty, signal, sys
            pid, fd = pty.fork()
            if pid == 0:
                os.execvp(sys.argv[1], sys.argv[1:])
            seen = b''
            def until(text):
                global seen
                while text not in seen:
                    seen += os.read(fd, 1000)
            until(b'ready')
            os.write(fd, b'\\x03')
            until(b'INT')
            # Signals are passed on in order: whatever came of the first comes before the second.
            os.kill(pid, signal.SIGTERM)
            until(b'TERM')
            os.write(fd, b'\\x04')
            try:
                while True:
                    chunk = os.read(fd, 1000)
                    if not chunk:
                        break
                    seen += chunk
            except OSError:
                pass
            print(seen.count(b'INT'), os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
            """);
    ProcessBuilder run = jar.builder(arguments(COUNTING));
    run.command().addAll(0, List.of("timeout", "50", "/usr/bin/python3", pty.toString()));
    run.command().addAll(0, DEFAULT_SIGNALS);

    assertThat(Jar.finish(run, new byte[0]).succeeded().out()).isEqualTo("1 9\n");
  }

  private Process run(String script) throws Exception {
    ProcessBuilder builder = jar.builder(arguments(script));
    builder.command().addAll(0, DEFAULT_SIGNALS);
    builder.command().add(0, "setsid");
    Process launcher = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    launchers.add(launcher);
    return launcher;
  }

  private static String[] arguments(String script) {
    return new String[] {
      "run", "--secret", "A=my-secret", "--", "/bin/sh", "-c", "exec 3<&0\n" + script
    };
  }

  private static BufferedReader reader(Process process) {
    return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  private static void kill(String signal, long pid) throws Exception {
    assertThat(
            new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + pid).start().waitFor())
        .isZero();
  }
}
