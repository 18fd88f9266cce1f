package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValueException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks the source for many references together: each secret once, however many fields of it. */
final class Loader {
  private final RetryingSource source;
  private final Arrivals arrivals;
  private final Scheduler scheduler;

  Loader(RetryingSource source, Arrivals arrivals, Scheduler scheduler) {
    this.source = source;
    this.arrivals = arrivals;
    this.scheduler = scheduler;
  }

  /**
   * Returns what is to be held for each reference, after one request for each hundred secrets.
   *
   * @param known the references, each with the version that is held of it, or 0
   */
  Map<SecretRef, Outcome> load(FetchEvent.Kind kind, Map<SecretRef, Long> known) {
    List<Question> all = Question.of(known);
    Map<SecretRef, Outcome> loaded = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i += FetchRequest.MAX_QUERIES) {
      ask(kind, all.subList(i, Math.min(all.size(), i + FetchRequest.MAX_QUERIES)), true, loaded);
    }
    return loaded;
  }

  /**
   * Returns what is to be held as soon as the source has news, or says after a while that there is
   * none.
   *
   * @param known references to at most a hundred secrets, each with the version that is held
   * @param hold how long the source may take to answer without news
   * @throws SecretException if there is no answer
   */
  Map<SecretRef, Outcome> watch(Map<SecretRef, Long> known, Duration hold) {
    List<Question> questions = Question.of(known);
    long asked = scheduler.nanos();
    List<CiphertextAnswer> answers = source.watch(queries(questions), hold);
    Map<SecretRef, Outcome> loaded = new LinkedHashMap<>();
    take(FetchEvent.Kind.WATCH, questions, answers, asked, true, loaded);
    return loaded;
  }

  private void ask(
      FetchEvent.Kind kind,
      List<Question> questions,
      boolean again,
      Map<SecretRef, Outcome> loaded) {
    // Ages count from before the request, so that a slow answer is not younger than it is.
    long asked = scheduler.nanos();
    List<CiphertextAnswer> answers;
    try {
      answers = source.fetch(kind, queries(questions));
    } catch (SecretValueException e) {
      if (questions.size() > 1) {
        // Large values do not all fit into one answer, and may fit into one each.
        questions.forEach(question -> ask(kind, List.of(question), again, loaded));
      } else {
        fail(questions, new SecretProtocolException(e.problem(), e.remedy()), asked, loaded);
      }
      return;
    } catch (SecretException e) {
      fail(questions, e, asked, loaded);
      return;
    }
    take(kind, questions, answers, asked, again, loaded);
  }

  private void take(
      FetchEvent.Kind kind,
      List<Question> questions,
      List<CiphertextAnswer> answers,
      long asked,
      boolean again,
      Map<SecretRef, Outcome> loaded) {
    List<Question> unopened = new ArrayList<>(0);
    for (int i = 0; i < answers.size(); i++) {
      Question question = questions.get(i);
      if (!arrivals.take(question, answers.get(i), asked, loaded)) {
        unopened.add(question);
      }
    }
    if (again && !unopened.isEmpty()) {
      // Once more: a service that is sealing anew may have been in the middle of it.
      ask(kind, unopened, false, loaded);
    }
  }

  private void fail(
      List<Question> questions, SecretException e, long asked, Map<SecretRef, Outcome> loaded) {
    for (Question question : questions) {
      arrivals.fail(question, e, asked, loaded);
    }
  }

  private static List<CiphertextQuery> queries(List<Question> questions) {
    List<CiphertextQuery> queries = new ArrayList<>(questions.size());
    for (Question question : questions) {
      queries.add(question.query());
    }
    return queries;
  }
}
