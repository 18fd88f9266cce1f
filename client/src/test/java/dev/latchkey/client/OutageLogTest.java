package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutageLogTest {
  private static final SecretRef A = SecretRef.parseShort("a");
  private static final SecretRef B = SecretRef.parseShort("b");

  private final OutageLog log = new OutageLog(Duration.ofHours(24));

  private static SecretUnavailableException down(String problem) {
    return new SecretUnavailableException(problem, "Start it.");
  }

  private String logged(Runnable events) {
    try (var recorded = new RecordedLog()) {
      events.run();
      return recorded.text();
    }
  }

  @Test
  void stale_oneReasonForMany_isLoggedOnce() {
    String text =
        logged(
            () -> {
              log.stale(A, down("Down."));
              log.stale(B, down("Down."));
              log.stale(B, down("Off."));
            });

    assertThat(text)
        .containsOnlyOnce(
            "Values are served as they are, for 24h at most, since they could not be renewed:"
                + " Down. Start it.")
        .containsOnlyOnce("Off. Start it.");
  }

  @Test
  void renewed_afterAnOutage_isLoggedOnceAndTheNextOutageAgain() {
    log.stale(A, down("Down."));
    log.stale(B, down("Down."));

    assertThat(logged(() -> log.renewed(A))).isEmpty();
    String text =
        logged(
            () -> {
              log.renewed(B);
              log.stale(A, down("Down."));
            });

    assertThat(text).containsOnlyOnce("Values are renewed again.").containsOnlyOnce("Down.");
  }

  @Test
  void withdrawn_oneReasonForMany_isLoggedOnce() {
    String text =
        logged(
            () -> {
              log.withdrawn(A, down("Denied."));
              log.withdrawn(B, down("Denied."));
            });

    assertThat(text).containsOnlyOnce("Values are not served any more: Denied. Start it.");
  }

  @Test
  void stale_whileTheSourceIsLeftAlone_isTheSameReason() {
    SecretUnavailableException first = down("Down.");
    String text =
        logged(
            () -> {
              log.stale(A, first);
              log.stale(B, first.withProblem("Down. It is left alone for another 7 s."));
            });

    assertThat(text).containsOnlyOnce("Down. Start it.").doesNotContain("7 s");
  }
}
