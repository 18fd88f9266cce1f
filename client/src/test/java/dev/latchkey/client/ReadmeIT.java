package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of the README, as they stand there, in an empty directory. */
@Timeout(120)
class ReadmeIT {
  @TempDir Path directory;

  @Test
  void commands_pastedOneByOne_doWhatTheReadmeSays() throws Exception {
    Path module = Path.of("").toAbsolutePath();
    String readme = Files.readString(module.resolveSibling("README.md"));
    String block = readme.split("<!-- These commands are run by ReadmeIT. -->\n```sh\n", -1)[1];
    String commands = block.substring(0, block.indexOf("```"));
    assertThat(commands).contains("latchkey run", "latchkey replace");
    Files.createDirectory(directory.resolve("client"));
    Files.createSymbolicLink(directory.resolve("client/target"), module.resolve("target"));
    Path script = Files.writeString(directory.resolve("readme.sh"), "set -e\n" + commands);

    Process shell =
        new ProcessBuilder("sh", script.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(shell.exitValue()).as(output).isZero();
    assertThat(output.lines()).contains("bar some-value s3cret");
    assertThat(output).contains("Created my-secret, version 1 (10 bytes).", "version 2");
  }
}
