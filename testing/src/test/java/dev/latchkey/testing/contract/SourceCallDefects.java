package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.SuiteVariant.defect;

import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.testing.contract.MemoryStore.Content;
import dev.latchkey.testing.contract.SourceDefects.Maker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** What can be wrong with a source's holds, threads, end and failures, as its suite must notice. */
final class SourceCallDefects {
  private SourceCallDefects() {}

  private static Maker holding(UnaryOperator<List<CiphertextAnswer>> change) {
    return content ->
        new MemoryStore(content) {
          @Override
          public List<CiphertextAnswer> fetch(FetchRequest request) {
            List<CiphertextAnswer> answers = super.fetch(request);
            return request.hold().isZero() ? answers : change.apply(answers);
          }
        };
  }

  private static Maker entering(BooleanSupplier refuses) {
    return content ->
        new MemoryStore(content) {
          @Override
          void enter() {
            if (refuses.getAsBoolean()) {
              throw unavailable();
            }
          }
        };
  }

  private static List<CiphertextAnswer> waitForEver(List<CiphertextAnswer> answers) {
    try {
      new CountDownLatch(1).await();
      return answers;
    } catch (InterruptedException e) {
      throw MemoryStore.unavailable();
    }
  }

  static final List<SuiteVariant<Maker>> ALL =
      List.of(
          defect(
              "holds its answer although there is news",
              holding(SourceCallDefects::waitForEver),
              "fetch_holdWithNews_answersAtOnce"),
          defect(
              "ends a hold with an unchanged version",
              holding(
                  answers ->
                      Collections.nCopies(answers.size(), new CiphertextAnswer.Unchanged(1))),
              "fetch_holdWithNews_answersAtOnce"),
          defect(
              "ends a hold with no answers",
              holding(answers -> List.of()),
              "fetch_holdWithNews_answersAtOnce",
              "fetch_holdWithoutNews_endsUnchanged",
              "fetch_holdOverTimeout_endsInTime"),
          defect(
              "takes the end of a hold for a failure",
              holding(
                  answers -> {
                    throw MemoryStore.unavailable();
                  }),
              "fetch_holdWithoutNews_endsUnchanged"),
          defect(
              "holds beyond its time",
              holding(SourceCallDefects::waitForEver),
              "fetch_holdOverTimeout_endsInTime"),
          defect(
              "mixes up the answers to two threads",
              content ->
                  new MemoryStore(content) {
                    private final Swap<FetchRequest> requests = new Swap<>();

                    @Override
                    public List<CiphertextAnswer> fetch(FetchRequest request) {
                      return super.fetch(requests.swap(request));
                    }
                  },
              "fetch_manyThreads_eachGetsItsOwnAnswers"),
          defect(
              "is offended by a second close",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public void close() {
                      enter();
                      super.close();
                    }
                  },
              "close_twice_doesNothing"),
          defect(
              "answers when closed and when interrupted",
              entering(() -> false),
              "fetch_closed_isUnavailable",
              "fetch_interrupted_isUnavailableAndKeepsFlag"),
          defect(
              "says that it is closed in one word",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void enter() {
                      if (closed) {
                        throw new SecretUnavailableException("closed", "");
                      }
                    }
                  },
              "fetch_closed_isUnavailable"),
          defect(
              "takes the interrupt's flag",
              entering(Thread::interrupted),
              "fetch_interrupted_isUnavailableAndKeepsFlag"),
          defect(
              "closes when it is interrupted",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void enter() {
                      if (Thread.currentThread().isInterrupted()) {
                        close();
                      }
                      super.enter();
                    }
                  },
              "fetch_interrupted_isUnavailableAndKeepsFlag"),
          defect(
              "is unavailable where it is damaged",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void enter() {
                      try {
                        super.enter();
                      } catch (SecretProtocolException e) {
                        throw unavailable();
                      }
                    }
                  },
              "fetch_failingSource_throwsWhatIsAgreed"),
          defect(
              "finds nothing where it cannot look",
              content -> new MemoryStore(new Content(null)),
              "fetch_failingSource_throwsWhatIsAgreed"),
          defect(
              "throws one exception again and again",
              content ->
                  new MemoryStore(content) {
                    private final List<SecretException> thrown = new ArrayList<>();

                    @Override
                    void enter() {
                      try {
                        super.enter();
                      } catch (SecretException e) {
                        thrown.add(e);
                        throw thrown.get(0);
                      }
                    }
                  },
              "fetch_failingSource_throwsWhatIsAgreed"));
}
