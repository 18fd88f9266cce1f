package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testing.service.CrashLedger.Written;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a service has acknowledged outlives {@code kill -9}, whenever that comes. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServiceCrashIT {
  private static final int DIRECTORIES = 5;
  private static final int KILLS_OF_EACH = 20;

  /** So that a JVM that starts leaves no processor idle. */
  private static final int AT_ONCE = 2;

  @TempDir Path scratch;

  @Test
  @SuppressWarnings("SystemOut")
  void kill_underWrites_losesNothingThatWasAcknowledged() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("ServiceCrashIT: seed " + seed);
    List<String> options = ServiceJar.quickStart(scratch);
    ExecutorService lanes = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<CrashLedger>> ledgers = new ArrayList<>();
      for (int i = 0; i < DIRECTORIES; i++) {
        Path directory = scratch.resolve("data-" + i);
        var random = new Random(seed + i);
        ledgers.add(lanes.submit(() -> crashed(directory, options, random, KILLS_OF_EACH)));
      }
      int writes = 0;
      int caught = 0;
      for (Future<CrashLedger> ledger : ledgers) {
        writes += ledger.get().secrets.values().stream().mapToInt(s -> (int) s.version).sum();
        caught += ledger.get().caughtWriting();
      }
      System.out.println("ServiceCrashIT: " + writes + " writes, " + caught + " cut off");
      // Kills that fell between writes alone would prove nothing.
      assertThat(caught).isGreaterThan(DIRECTORIES * KILLS_OF_EACH / 4);
    } finally {
      lanes.shutdownNow();
    }
  }

  private static CrashLedger crashed(Path directory, List<String> options, Random random, int kills)
      throws Exception {
    try (var crashes = new ServiceCrashes(directory, options, random)) {
      for (int i = 0; i < kills; i++) {
        crashes.writeAndKill();
        crashes.restartAndCheck();
      }
      return crashes.ledger();
    }
  }

  @Test
  void control_recordsThatWereNeverAcknowledged_areMissed() throws Exception {
    List<String> options = ServiceJar.quickStart(scratch);
    try (var crashes = new ServiceCrashes(scratch.resolve("data"), options, new Random())) {
      crashes.writeAndKill();
      crashes.restartAndCheck(); // Nothing is under way from here on, which could be either.
      CrashLedger ledger = crashes.ledger();
      Written secret =
          ledger.secrets.values().stream().filter(s -> s.value != null).findAny().orElseThrow();

      String value = secret.value;
      secret.value = value + "y";
      assertThatThrownBy(crashes::checkFiles).hasMessageContaining("the value of");
      secret.value = value;
      secret.version++;
      assertThatThrownBy(crashes::checkFiles).hasMessageContaining("the version of");
      secret.version--;
      secret.replacements += 2;
      assertThatThrownBy(crashes::checkFiles).hasMessageContaining("ok lines for replacements");
      secret.replacements -= 2;
      var lost = new Written("lost");
      lost.begin("some-value");
      lost.acknowledged("0");
      ledger.secrets.put(lost.name, lost);
      assertThatThrownBy(crashes::checkFiles).hasMessageContaining("'lost', which is not there");
      ledger.secrets.remove(lost.name);
      ledger.tokens.add("0");
      assertThatThrownBy(crashes::checkFiles).hasMessageContaining("create-token 0 ok");
      ledger.tokens.remove("0");

      crashes.writeAndKill();
      crashes.restartAndCheck();
    }
  }
}
