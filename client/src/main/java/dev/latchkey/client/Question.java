package dev.latchkey.client;

import dev.latchkey.SecretRef;
import dev.latchkey.client.source.CiphertextQuery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** One secret to ask for, and the references that want it: the whole of it, or fields. */
final class Question {
  private final SecretRef whole;

  /** The references, each with the version that is held of it, or 0. */
  private final Map<SecretRef, Long> known = new LinkedHashMap<>(2);

  private Question(SecretRef whole) {
    this.whole = whole;
  }

  /**
   * Returns the questions that answer for all the references, in their order.
   *
   * @param known the references, each with the version that is held of it, or 0
   */
  static List<Question> of(Map<SecretRef, Long> known) {
    Map<SecretRef, Question> questions = new LinkedHashMap<>();
    for (Map.Entry<SecretRef, Long> entry : known.entrySet()) {
      SecretRef whole = entry.getKey().asWhole();
      Question question = questions.get(whole);
      if (question == null) {
        question = new Question(whole);
        questions.put(whole, question);
      }
      question.known.put(entry.getKey(), entry.getValue());
    }
    return new ArrayList<>(questions.values());
  }

  /**
   * Returns what to send. It names a known version only where all the references hold the same one:
   * to be told that a version is unchanged is no use to those that hold another.
   */
  CiphertextQuery query() {
    long same = 0;
    for (long version : known.values()) {
      if (version == 0 || (same != 0 && version != same)) {
        return new CiphertextQuery(whole.name(), whole.version(), OptionalLong.empty());
      }
      same = version;
    }
    return new CiphertextQuery(whole.name(), whole.version(), OptionalLong.of(same));
  }

  /** Returns the secret, or the version of it, as a reference to all of its value. */
  SecretRef whole() {
    return whole;
  }

  /** Returns the references that want the secret. */
  Iterable<SecretRef> refs() {
    return known.keySet();
  }

  /** Returns the version that is held of a reference, or 0. */
  long known(SecretRef ref) {
    return known.getOrDefault(ref, 0L);
  }
}
