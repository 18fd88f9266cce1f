package dev.latchkey.client;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.latchkey.Registration;
import dev.latchkey.client.Outcome.Value;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.IIL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Versions arrive while a listener is registered, is called, or leaves. */
public final class RotationsStress {
  private RotationsStress() {}

  /** Holdings with version 1, whose listeners run on whichever thread asks for it. */
  private abstract static class Listened {
    private final ConcurrentLinkedQueue<Runnable> calls = new ConcurrentLinkedQueue<>();
    final Holdings holdings = StressParts.staying(calls::add);

    Listened() {
      holdings.accept(StressParts.REF, StressParts.value(1, 0));
    }

    final void arrive(long version) {
      holdings.accept(StressParts.REF, StressParts.value(version, version));
    }

    final void call() {
      for (Runnable call; (call = calls.poll()) != null; ) {
        call.run();
      }
    }

    final int version() {
      Value value = holdings.value(StressParts.REF);
      return value == null ? 0 : (int) value.version;
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 1, 1", "2, 1, 1"},
      expect = ACCEPTABLE,
      desc = "Told once.")
  @Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "There when it came.")
  @Outcome(expect = FORBIDDEN, desc = "Has the old version and is not told, or is told twice.")
  @State
  public static class ArrivalAndRegistration extends Listened {
    private final AtomicInteger told = new AtomicInteger();

    @Actor
    public void arrival() {
      arrive(2);
    }

    @Actor
    public void registration(III_Result r) {
      Registration unused = holdings.listen(StressParts.REF, told::incrementAndGet);
      r.r1 = version();
    }

    @Arbiter
    public void count(III_Result r) {
      call();
      r.r2 = told.get();
      arrive(2); // The same once more, which is no rotation.
      call();
      r.r3 = told.get();
    }
  }

  @JCStressTest
  @Outcome(id = "none", expect = ACCEPTABLE, desc = "Closed before it came.")
  @Outcome(id = "before", expect = ACCEPTABLE, desc = "Came before the close.")
  @Outcome(id = "under way", expect = ACCEPTABLE_INTERESTING, desc = "Ran on when close was over.")
  @Outcome(expect = FORBIDDEN, desc = "A call after the close, or a second one.")
  @State
  public static class ArrivalAndClose extends Listened {
    private final Registration registration = holdings.listen(StressParts.REF, this::listener);
    private volatile boolean closed;
    private volatile boolean late;
    private volatile String calls = "none";

    private void listener() {
      boolean first = calls.equals("none");
      calls = late ? "late" : !first ? "two" : closed ? "under way" : "before";
    }

    @Actor
    public void arrival() {
      arrive(2);
      call();
    }

    @Actor
    public void close() {
      registration.close();
      closed = true;
    }

    @Arbiter
    public void look(L_Result r) {
      late = true;
      arrive(3);
      call();
      r.r1 = calls;
    }
  }

  @JCStressTest
  @Outcome(
      id = {"1, 3, one at a time", "2, 3, one at a time"},
      expect = ACCEPTABLE,
      desc = "The last call sees the newest version.")
  @Outcome(expect = FORBIDDEN, desc = "Calls overlap, are too many, or the newest is missed.")
  @State
  public static class TwoArrivals extends Listened {
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private volatile int seen;
    private volatile boolean overlapped;

    public TwoArrivals() {
      Registration unused = holdings.listen(StressParts.REF, this::listener);
    }

    private void listener() {
      if (running.getAndIncrement() != 0) {
        overlapped = true;
      }
      calls.incrementAndGet();
      seen = version();
      running.decrementAndGet();
    }

    @Actor
    public void second() {
      arrive(2);
      call();
    }

    @Actor
    public void third() {
      arrive(3);
      call();
    }

    @Arbiter
    public void look(IIL_Result r) {
      call();
      r.r1 = calls.get();
      r.r2 = seen;
      r.r3 = overlapped ? "overlapping" : "one at a time";
    }
  }
}
