package dev.latchkey.client;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.latchkey.SecretRef;
import dev.latchkey.client.Outcome.Unchanged;
import dev.latchkey.client.Outcome.Value;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two threads change what is held of one reference, or one does while another reads. */
public final class HoldingsStress {
  private HoldingsStress() {}

  private static String held(Holdings holdings) {
    Value value = holdings.value(StressParts.REF);
    return value == null ? "nothing" : "version " + value.version;
  }

  @JCStressTest
  @Outcome(id = "version 2, retired, current", expect = ACCEPTABLE, desc = "The newer one stays.")
  @Outcome(expect = FORBIDDEN, desc = "The older one stays, or one that is replaced is in use.")
  @State
  public static class TwoVersions {
    private final Holdings holdings = StressParts.staying(Runnable::run);
    private final Value one = StressParts.value(1, 0);
    private final Value two = StressParts.value(2, 0);

    @Actor
    public void older() {
      holdings.accept(StressParts.REF, one);
    }

    @Actor
    public void newer() {
      holdings.accept(StressParts.REF, two);
    }

    @Arbiter
    public void look(LLL_Result r) {
      r.r1 = held(holdings);
      r.r2 = StressParts.state(one);
      r.r3 = StressParts.state(two);
    }
  }

  @JCStressTest
  @Outcome(
      id = {" 1-2 2-3", " 1-3"},
      expect = ACCEPTABLE,
      desc = "Each change is told, in their order.")
  @Outcome(expect = FORBIDDEN, desc = "The last that is told is not the last that happened.")
  @State
  public static class TwoVersionsAreTold implements SecretsListener {
    private final Holdings holdings = StressParts.told(this);
    private volatile String told = "";

    public TwoVersionsAreTold() {
      holdings.accept(StressParts.REF, StressParts.value(1, 0));
    }

    @Override
    public void rotated(SecretRef ref, long from, long to) {
      told += " " + from + "-" + to;
    }

    @Actor
    public void older() {
      holdings.accept(StressParts.REF, StressParts.value(2, 0));
    }

    @Actor
    public void newer() {
      holdings.accept(StressParts.REF, StressParts.value(3, 0));
    }

    @Arbiter
    public void look(L_Result r) {
      r.r1 = told;
    }
  }

  @JCStressTest
  @Outcome(id = "nothing, retired", expect = ACCEPTABLE, desc = "What came is dropped.")
  @Outcome(expect = FORBIDDEN, desc = "A value outlives the close.")
  @State
  public static class ArrivalAndClose {
    private final Holdings holdings = StressParts.staying(Runnable::run);
    private final Value value = StressParts.value(1, 0);

    @Actor
    public void arrive() {
      holdings.accept(StressParts.REF, value);
    }

    @Actor
    public void close() {
      holdings.close();
    }

    @Arbiter
    public void look(LL_Result r) {
      r.r1 = held(holdings);
      r.r2 = StressParts.state(value);
    }
  }

  /** One thread looks up what is held, and then uses version 1, of which it keeps a hold. */
  private abstract static class TwoWaysToRead {
    private final Holdings holdings;
    private final Value last = StressParts.value(1, 0);

    TwoWaysToRead(Holdings holdings) {
      this.holdings = holdings;
      holdings.accept(StressParts.REF, last);
    }

    final void rotate() {
      holdings.accept(StressParts.REF, StressParts.value(2, 1));
    }

    final void refuse() {
      holdings.accept(StressParts.REF, StressParts.gone(1));
    }

    final void read(II_Result r) {
      r.r1 = version();
      r.r2 = last.current ? 1 : version();
    }

    private int version() {
      Value value = holdings.value(StressParts.REF);
      return value == null ? 0 : (int) value.version;
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1", "1, 2", "2, 2"},
      expect = ACCEPTABLE,
      desc = "Time goes forward.")
  @Outcome(expect = FORBIDDEN, desc = "The old value after the new one, or none.")
  @State
  public static class TwoWaysToReadWhatStays extends TwoWaysToRead {
    public TwoWaysToReadWhatStays() {
      super(StressParts.staying(Runnable::run));
    }

    @Actor
    public void change() {
      rotate();
    }

    @Actor
    public void reader(II_Result r) {
      read(r);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1", "1, 2", "2, 2"},
      expect = ACCEPTABLE,
      desc = "Time goes forward.")
  @Outcome(expect = FORBIDDEN, desc = "The old value after the new one, or none.")
  @State
  public static class TwoWaysToReadWhatCanBeEvicted extends TwoWaysToRead {
    public TwoWaysToReadWhatCanBeEvicted() {
      super(StressParts.evictable());
    }

    @Actor
    public void change() {
      rotate();
    }

    @Actor
    public void reader(II_Result r) {
      read(r);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1", "1, 0", "0, 0"},
      expect = ACCEPTABLE,
      desc = "Time goes forward.")
  @Outcome(expect = FORBIDDEN, desc = "The value after its refusal.")
  @State
  public static class TwoWaysToReadWhatIsRefused extends TwoWaysToRead {
    public TwoWaysToReadWhatIsRefused() {
      super(StressParts.staying(Runnable::run));
    }

    @Actor
    public void change() {
      refuse();
    }

    @Actor
    public void reader(II_Result r) {
      read(r);
    }
  }

  /** Version 1 is held, as the source said at 10; at 20 it says that there is none. */
  private abstract static class Refused {
    private final Holdings holdings = StressParts.staying(Runnable::run);
    private final Value value = StressParts.value(1, 10);

    Refused() {
      holdings.accept(StressParts.REF, value);
    }

    final void refuse() {
      holdings.accept(StressParts.REF, StressParts.gone(20));
    }

    final void confirm(long asked) {
      holdings.accept(StressParts.REF, new Unchanged(asked));
    }

    final void look(LLL_Result r) {
      r.r1 = held(holdings);
      r.r2 = StressParts.state(value);
      r.r3 = holdings.usable(StressParts.REF) instanceof Value ? "served" : "refused";
    }
  }

  @JCStressTest
  @Outcome(
      id = "nothing, retired, refused",
      expect = ACCEPTABLE,
      desc = "The refusal is the last word.")
  @Outcome(expect = FORBIDDEN, desc = "What was said before the refusal outlives it.")
  @State
  public static class RefusalAndEarlierConfirmation extends Refused {
    @Actor
    public void refusal() {
      refuse();
    }

    @Actor
    public void confirmation() {
      confirm(15);
    }

    @Arbiter
    public void result(LLL_Result r) {
      look(r);
    }
  }

  @JCStressTest
  @Outcome(
      id = "version 1, current, served",
      expect = ACCEPTABLE,
      desc = "Confirmed first: the refusal is older.")
  @Outcome(
      id = "nothing, retired, refused",
      expect = ACCEPTABLE,
      desc = "Refused first: there is nothing left to confirm.")
  @Outcome(expect = FORBIDDEN, desc = "Neither the one nor the other.")
  @State
  public static class RefusalAndLaterConfirmation extends Refused {
    @Actor
    public void refusal() {
      refuse();
    }

    @Actor
    public void confirmation() {
      confirm(30);
    }

    @Arbiter
    public void result(LLL_Result r) {
      look(r);
    }
  }

  @JCStressTest
  @Outcome(id = "nothing, retired", expect = ACCEPTABLE, desc = "The refusal is the last word.")
  @Outcome(expect = FORBIDDEN, desc = "What was said before the refusal outlives it.")
  @State
  public static class RefusalAndEarlierValue {
    private final Holdings holdings = StressParts.staying(Runnable::run);
    private final Value value = StressParts.value(1, 10);

    @Actor
    public void refusal() {
      holdings.accept(StressParts.REF, StressParts.gone(20));
    }

    @Actor
    public void arrival() {
      holdings.accept(StressParts.REF, value);
    }

    @Arbiter
    public void look(LL_Result r) {
      r.r1 = held(holdings);
      r.r2 = StressParts.state(value);
    }
  }
}
