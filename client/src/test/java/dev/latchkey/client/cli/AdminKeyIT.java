package dev.latchkey.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The packaged launcher with an admin key: a signal to it leaves no token in force. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdminKeyIT {
  @TempDir private Path directory;
  private Jar jar = new Jar(Path.of(""));
  private TokenService service;
  private @Nullable Process launcher;

  @BeforeEach
  void furnish() throws Exception {
    jar = Jar.furnished(directory);
    service = new TokenService(jar.keyset());
  }

  @AfterEach
  void end() {
    service.close();
    if (launcher != null) {
      launcher.descendants().forEach(ProcessHandle::destroyForcibly);
      launcher.destroyForcibly();
    }
  }

  private Process start(String... args) throws Exception {
    ProcessBuilder builder = jar.builder(args);
    Path key = Files.writeString(directory.resolve("admin-key"), TokenService.KEY);
    builder.environment().put("LATCHKEY_SOURCE", service.address());
    builder.environment().put("LATCHKEY_ADMIN_KEY_FILE", key.toString());
    Process started = builder.redirectErrorStream(true).start();
    launcher = started;
    return started;
  }

  private void assertRevokedAfterTerm(Process started) throws Exception {
    assertThat(service.tokens()).isEqualTo(1);

    // Not the process: its input would end too, and the child with it.
    started.toHandle().destroy();

    assertThat(started.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(started.exitValue()).isEqualTo(143);
    assertThat(service.tokens()).isZero();
  }

  @Test
  void run_terminatedWhileTheChildLives_revokesAfterTheChild() throws Exception {
    Process started =
        start("run", "--by-reference", "--secret=A=db", "--", "sh", "-c", "echo $A; exec cat");
    try (BufferedReader out = started.inputReader(UTF_8)) {
      assertThat(out.readLine()).isEqualTo("secret://db");
      assertRevokedAfterTerm(started);
      assertThat(out.readLine()).isNull();
    }
  }

  @Test
  void run_terminatedWhileTheTokenIsMade_revokesIt() throws Exception {
    service.holdMinting();
    Path trace = directory.resolve("child-was-here");
    Process started =
        start("run", "--by-reference", "--secret=A=db", "--", "touch", trace.toString());
    service.awaitHeld();
    started.toHandle().destroy();
    assertThat(started.waitFor(1, TimeUnit.SECONDS)).as("ends without the answer").isFalse();
    service.release();

    assertThat(started.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(started.exitValue()).isEqualTo(143);
    assertThat(service.asked)
        .anyMatch(ask -> ask.startsWith("POST "))
        .anyMatch(ask -> ask.startsWith("DELETE "));
    assertThat(service.tokens()).isZero();
    assertThat(trace).doesNotExist();
  }

  @Test
  void run_terminatedBeforeThereIsAChild_revokes() throws Exception {
    service.holdReads();
    Process started = start("run", "--secret=A=db", "--", "env");
    service.awaitHeld();
    assertRevokedAfterTerm(started);
  }
}
