package dev.latchkey.client.cli;

import static dev.latchkey.client.cli.Desk.lines;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How long the token of a child lives. */
@Timeout(60)
class LeaseTest {
  private static final String TOKENS = "/v1/projects/default/process-tokens";
  private static final String MINT =
      "POST "
          + TOKENS
          + " {\"role\":\"work\",\"app\":\"env\",\"secrets\":[\"db\"],\"ttlSeconds\":86400}";
  private static final String REVOKE = "DELETE " + TOKENS + "/4-a";
  private static final String RENEW = "PUT " + TOKENS + "/4-a {\"ttlSeconds\":86400}";

  @TempDir private Path directory;
  private Desk desk = new Desk(Path.of(""));
  private TokenService service;

  @BeforeEach
  void furnish() throws Exception {
    desk = Desk.furnished(directory);
    service = new TokenService(desk.keyset());
    Path keyFile = Files.writeString(directory.resolve("admin-key"), TokenService.KEY);
    desk.environment.put("LATCHKEY_SOURCE", service.address());
    desk.environment.put("LATCHKEY_ADMIN_KEY_FILE", keyFile.toString());
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void run_childFails_statusIsTheChilds() {
    String[] command = {"run", "--by-reference", "--secret=A=db", "--", "sh", "-c", "exit 7"};
    assertThat(desk.run(command)).isEqualTo(7);
    assertThat(service.tokens()).isZero();

    service.revokeStatus = 500;
    assertThat(desk.run(command)).isEqualTo(7);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The token of the process was not revoked: "
                    + service.origin()
                    + " answered with status 500.",
                "Revoke the token 4-a on the admin page of the service; it ends by itself at"
                    + " 2026-03-01T12:00:00Z."));
  }

  @Test
  void run_byValueNotRevoked_isNotWorthAWord() {
    service.revokeStatus = 500;
    assertThat(desk.run("run", "--secret=A=db", "env")).isZero();
    assertThat(desk.err()).isEmpty();
    assertThat(service.asked).endsWith(REVOKE);
  }

  @Test
  void run_launcherInterrupted_revokesAllTheSame() {
    desk.onStart = () -> Thread.currentThread().interrupt();

    int status = desk.run("run", "--by-reference", "--secret=A=db", "env");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(status).isZero();
    assertThat(service.tokens()).isZero();
  }

  @Test
  void run_childLives_tokenIsRenewedEveryHour() {
    desk.onStart =
        () -> {
          assertThat(desk.timer.runNext()).isEqualTo(Duration.ofHours(1));
          assertThat(desk.timer.runNext()).isEqualTo(Duration.ofHours(1));
        };

    assertThat(desk.run("run", "--by-reference", "--secret=A=db", "env")).isZero();

    assertThat(service.asked).containsExactly(MINT, RENEW, RENEW, REVOKE);
    assertThat(desk.timer.plannedTasks()).isZero();
    assertThat(desk.err()).isEmpty();
  }

  @Test
  void run_renewalFails_isTriedAgainAndToldOnce() {
    desk.onStart =
        () -> {
          service.renewStatus = 503;
          assertThat(desk.timer.runNext()).isEqualTo(Duration.ofHours(1));
          assertThat(desk.timer.runNext()).isEqualTo(Duration.ofMinutes(1));
          service.renewStatus = 200;
          assertThat(desk.timer.runNext()).isEqualTo(Duration.ofMinutes(1));
          assertThat(desk.timer.runNext()).isEqualTo(Duration.ofHours(1));
        };

    assertThat(desk.run("run", "--by-reference", "--secret=A=db", "env")).isZero();

    assertThat(service.asked).filteredOn(RENEW::equals).hasSize(4);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The token of the process was not renewed: "
                    + service.origin()
                    + " answered with status 503.",
                "Try again later. It is tried again every minute; the token ends at"
                    + " 2026-03-01T12:00:00Z."));
  }

  @Test
  void run_renewalFailsAgainLater_isToldAgain() {
    desk.onStart =
        () -> {
          for (int status : List.of(503, 200, 503)) {
            service.renewStatus = status;
            desk.timer.runNext();
          }
        };

    desk.run("run", "--by-reference", "--secret=A=db", "env");

    assertThat(desk.err().lines().filter(line -> line.startsWith("latchkey: "))).hasSize(2);
    assertThat(desk.err()).contains("2026-03-02T12:00:00Z");
  }

  @Test
  void run_tokenRevokedByAnother_isToldAndNotRenewedAnyMore() {
    desk.onStart =
        () -> {
          service.renewStatus = 404;
          desk.timer.runNext();
          assertThat(desk.timer.plannedTasks()).isZero();
        };

    assertThat(desk.run("run", "--by-reference", "--secret=A=db", "env")).isZero();
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The token of the process was not renewed: The process token 4-a is not in"
                    + " force at "
                    + service.origin()
                    + ".",
                "It was revoked, or has expired: start the process anew."));
  }

  @Test
  void run_renewalCutOffByTheEnd_isNoFailure() {
    Thread[] renewing = new Thread[1];
    service.holdRenewals();
    desk.onStart =
        () -> {
          renewing[0] = new Thread(desk.timer::runNext);
          renewing[0].start();
          service.awaitHeld();
          desk.timer.interruptedAtClose = renewing[0];
        };

    assertThat(desk.run("run", "--by-reference", "--secret=A=db", "env")).isZero();

    assertThat(desk.err()).isEmpty();
    assertThat(service.asked).containsExactly(MINT, RENEW, REVOKE);
    assertThat(desk.timer.plannedTasks()).isZero();
  }
}
