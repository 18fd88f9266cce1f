package dev.latchkey.client;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.latchkey.client.Outcome.Value;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Proof that the harness finds what it looks for. It does not belong to the default run, since it
 * fails: {@code -Dstress="-t Control"}.
 */
public final class BrokenControl {
  private BrokenControl() {}

  /** As {@link SecretsClient} holds text, without the second look at whether the value is used. */
  @JCStressTest
  @Outcome(id = "retired", expect = ACCEPTABLE)
  @Outcome(expect = FORBIDDEN, desc = "The text of the former version stays in memory.")
  @State
  public static class HeldTextWithoutASecondLook {
    private final Holdings holdings = StressParts.staying(Runnable::run);
    private final Value value = StressParts.value(1, 0);

    public HeldTextWithoutASecondLook() {
      holdings.accept(StressParts.REF, value);
    }

    @Actor
    public void rotation() {
      holdings.accept(StressParts.REF, StressParts.value(2, 1));
    }

    @Actor
    public void reader() {
      if (value.current) {
        value.plaintext = "text";
      }
    }

    @Arbiter
    public void look(L_Result r) {
      r.r1 = StressParts.state(value);
    }
  }
}
