package dev.latchkey.testing.http;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Prints what a service costs a test. Run by name: its name is none of those that always run. */
class StartUpTimes {
  private static final int ROUNDS = 200;

  @Test
  @SuppressWarnings("SystemOut")
  void print() {
    for (boolean tls : new boolean[] {false, true}) {
      double[] first = new double[ROUNDS];
      double[] next = new double[ROUNDS];
      double[] close = new double[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        long begun = System.nanoTime();
        FakeSecretService service =
            tls ? FakeSecretService.builder().tls().start() : FakeSecretService.start();
        service.put("my-secret", "some-value");
        service.put("db", "other-value");
        var client = service.client();
        Asking.read(client, "secret://my-secret");
        first[i] = millisSince(begun);
        begun = System.nanoTime();
        Asking.read(client, "secret://db");
        next[i] = millisSince(begun);
        begun = System.nanoTime();
        service.close();
        close[i] = millisSince(begun);
      }
      System.out.println(tls ? "TLS" : "in the clear");
      print("start, put and first secret", first);
      print("next secret", next);
      print("close", close);
    }
  }

  private static double millisSince(long begun) {
    return (System.nanoTime() - begun) / 1e6;
  }

  @SuppressWarnings("SystemOut")
  private static void print(String what, double[] millis) {
    double cold = millis[0];
    double[] warm = Arrays.copyOfRange(millis, ROUNDS / 2, ROUNDS);
    Arrays.sort(warm);
    System.out.printf(
        "  %s: %.2f ms at first, then %.2f ms (median), %.2f ms (90 %%)%n",
        what, cold, warm[warm.length / 2], warm[warm.length * 9 / 10]);
  }
}
