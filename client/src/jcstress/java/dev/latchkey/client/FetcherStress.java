package dev.latchkey.client;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.Outcome.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.LLI_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two threads miss one reference, or one does while its fetch or the fetcher ends. */
public final class FetcherStress {
  private FetcherStress() {}

  /** A fetcher over holdings; each load gives the next version, or is refused. */
  private abstract static class Missing {
    private final Holdings holdings = StressParts.staying(Runnable::run);
    final AtomicInteger loads = new AtomicInteger();
    final Fetcher fetcher;
    private final boolean refused;

    Missing(Executor executor, boolean refused) {
      this.refused = refused;
      fetcher =
          new Fetcher(
              this::load, holdings::usable, holdings::accept, executor, Duration.ofSeconds(5));
    }

    private Map<SecretRef, dev.latchkey.client.Outcome> load(Map<SecretRef, Long> missing) {
      int version = loads.incrementAndGet();
      return Map.of(StressParts.REF, refused ? StressParts.gone(0) : StressParts.value(version, 0));
    }

    final String fetch() {
      try {
        Value value = fetcher.fetch(StressParts.REF);
        return "version " + value.version;
      } catch (SecretNotFoundException e) {
        return "refused";
      } catch (SecretUnavailableException e) {
        return e.problem();
      }
    }
  }

  @JCStressTest
  @Outcome(
      id = "version 1, version 1, 1",
      expect = ACCEPTABLE,
      desc = "One load, and one outcome for both.")
  @Outcome(expect = FORBIDDEN, desc = "A second load, or somebody got nothing of the first.")
  @State
  public static class TwoMisses extends Missing {
    public TwoMisses() {
      super(Runnable::run, false);
    }

    @Actor
    public void one(LLI_Result r) {
      r.r1 = fetch();
    }

    @Actor
    public void other(LLI_Result r) {
      r.r2 = fetch();
    }

    @Arbiter
    public void count(LLI_Result r) {
      r.r3 = loads.get();
    }
  }

  @JCStressTest
  @Outcome(
      id = "refused, refused, 1",
      expect = ACCEPTABLE,
      desc = "One load, and one outcome for both.")
  @Outcome(expect = FORBIDDEN, desc = "A second load, or somebody got nothing of the first.")
  @State
  public static class TwoMissesOfWhatIsNotThere extends Missing {
    public TwoMissesOfWhatIsNotThere() {
      super(Runnable::run, true);
    }

    @Actor
    public void one(LLI_Result r) {
      r.r1 = fetch();
    }

    @Actor
    public void other(LLI_Result r) {
      r.r2 = fetch();
    }

    @Arbiter
    public void count(LLI_Result r) {
      r.r3 = loads.get();
    }
  }

  /** Keeps tasks for others to run, until it is shut down and takes none any more. */
  private static final class Tasks implements Executor {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean shutDown;

    @Override
    public synchronized void execute(Runnable task) {
      if (shutDown) {
        throw new RejectedExecutionException();
      }
      waiting.add(task);
    }

    private synchronized Runnable next() {
      Runnable next = waiting.poll();
      return next == null ? () -> {} : next;
    }

    synchronized void shutDown() {
      shutDown = true;
      waiting.clear();
    }
  }

  @JCStressTest
  @Outcome(id = "version 1, 1", expect = ACCEPTABLE, desc = "No second load slips in.")
  @Outcome(expect = FORBIDDEN, desc = "A second load.")
  @State
  public static class MissAndPublication extends Missing {
    private final Tasks tasks;

    public MissAndPublication() {
      this(new Tasks());
    }

    private MissAndPublication(Tasks tasks) {
      super(tasks, false);
      this.tasks = tasks;
      fetcher.start(StressParts.REF);
    }

    @Actor
    public void publish() {
      tasks.next().run();
    }

    @Actor
    public void miss(LI_Result r) {
      r.r1 = fetch();
    }

    @Arbiter
    public void count(LI_Result r) {
      tasks.next().run();
      r.r2 = loads.get();
    }
  }

  @JCStressTest
  @Outcome(
      id = "The secrets client is closed.",
      expect = ACCEPTABLE,
      desc = "The wait ends with the client.")
  @Outcome(expect = FORBIDDEN, desc = "A caller waits for what will not come.")
  @State
  public static class MissAndClose extends Missing {
    private final Tasks tasks;

    public MissAndClose() {
      this(new Tasks());
    }

    private MissAndClose(Tasks tasks) {
      super(tasks, false);
      this.tasks = tasks;
    }

    @Actor
    public void miss(L_Result r) {
      r.r1 = fetch();
    }

    @Actor
    public void close() {
      tasks.shutDown();
      fetcher.close();
    }
  }
}
