package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Asks the source for many references together: each secret once, however many fields of it. */
final class Loader {
  private final CiphertextSource source;
  private final Arrivals arrivals;
  private final LongSupplier ticker;
  private final Duration timeout;

  Loader(CiphertextSource source, Arrivals arrivals, LongSupplier ticker, Duration timeout) {
    this.source = source;
    this.arrivals = arrivals;
    this.ticker = ticker;
    this.timeout = timeout;
  }

  /** One secret to ask for, and the references that want it. */
  private static final class Question {
    private final CiphertextQuery query;
    private final List<SecretRef> refs = new ArrayList<>(1);
    private final long known;
    private boolean sameKnown = true;

    Question(CiphertextQuery query, long known) {
      this.query = query;
      this.known = known;
    }

    void add(SecretRef ref, long known) {
      refs.add(ref);
      sameKnown &= this.known == known;
    }

    /** Names a known version only where all the references hold the same one. */
    CiphertextQuery toSend() {
      return known != 0 && sameKnown ? query.withKnownVersion(known) : query;
    }
  }

  /**
   * Returns what is to be held for each reference, after one request for each hundred secrets.
   *
   * @param known the references, each with the version that is held of it, or 0
   */
  Map<SecretRef, Outcome> load(Map<SecretRef, Long> known) {
    Map<SecretRef, Question> questions = new LinkedHashMap<>();
    for (Map.Entry<SecretRef, Long> entry : known.entrySet()) {
      SecretRef ref = entry.getKey();
      SecretRef whole = ref.asWhole();
      Question question = questions.get(whole);
      if (question == null) {
        var query = new CiphertextQuery(ref.name(), ref.version(), OptionalLong.empty());
        question = new Question(query, entry.getValue());
        questions.put(whole, question);
      }
      question.add(ref, entry.getValue());
    }
    List<Question> all = List.copyOf(questions.values());
    Map<SecretRef, Outcome> loaded = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i += FetchRequest.MAX_QUERIES) {
      ask(all.subList(i, Math.min(all.size(), i + FetchRequest.MAX_QUERIES)), loaded);
    }
    return loaded;
  }

  private void ask(List<Question> questions, Map<SecretRef, Outcome> loaded) {
    // Ages count from before the request, so that a slow answer is not younger than it is.
    long now = ticker.getAsLong();
    List<CiphertextAnswer> answers;
    try {
      answers = source.fetch(FetchRequest.of(queries(questions), timeout));
      if (answers.size() != questions.size()) {
        throw new SecretProtocolException(
            "The source gave " + answers.size() + " answers to " + questions.size() + " queries.",
            "Report this to whoever runs it.");
      }
    } catch (SecretValueException e) {
      if (questions.size() > 1) {
        // Large values do not all fit into one answer, and may fit into one each.
        questions.forEach(question -> ask(List.of(question), loaded));
        return;
      }
      fail(questions, new SecretProtocolException(e.problem(), e.remedy()), now, loaded);
      return;
    } catch (RuntimeException | Error e) {
      SecretException cause = e instanceof SecretException known ? known : broken(e);
      fail(questions, cause, now, loaded);
      return;
    }
    for (int i = 0; i < answers.size(); i++) {
      Question question = questions.get(i);
      loaded.putAll(arrivals.take(question.toSend(), answers.get(i), question.refs, now));
    }
  }

  /** No answer at all is not kept: the next caller asks again. */
  private static void fail(
      List<Question> questions, SecretException e, long now, Map<SecretRef, Outcome> loaded) {
    var failure = new Outcome.Failure(e, now, now);
    questions.forEach(question -> question.refs.forEach(ref -> loaded.put(ref, failure)));
  }

  /** What a source of another maker throws may hold anything: its type alone is told. */
  private static SecretException broken(Throwable e) {
    return new SecretUnavailableException(
        "The source failed with " + e.getClass().getName() + ".", "Report this to its maker.");
  }

  private static List<CiphertextQuery> queries(List<Question> questions) {
    List<CiphertextQuery> queries = new ArrayList<>(questions.size());
    for (Question question : questions) {
      queries.add(question.toSend());
    }
    return queries;
  }
}
