package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** Every call of a client to its listener, and all the text that was in the arguments. */
final class RecordedCalls implements SecretsListener {
  private final List<String> calls = new ArrayList<>();
  private final List<FetchEvent> fetches = new ArrayList<>();
  private final StringWriter text = new StringWriter();

  /** Forgets the calls so far, and not their text. */
  synchronized void clear() {
    calls.clear();
    fetches.clear();
  }

  /** Returns the calls of a method, each with its arguments; failures by their type. */
  synchronized List<String> of(String method) {
    return calls.stream().filter(call -> call.startsWith(method + " ")).toList();
  }

  synchronized List<FetchEvent> fetches() {
    return List.copyOf(fetches);
  }

  synchronized int fetchCount() {
    return fetches.size();
  }

  /** Returns all that was told, with the stack traces of the failures. */
  synchronized String text() {
    return text.toString();
  }

  private synchronized void add(String call) {
    calls.add(call);
    text.write(call + "\n");
  }

  private synchronized void add(String call, SecretException failure) {
    add(call + " " + failure.getClass().getSimpleName());
    text.write(failure + "\n");
    failure.printStackTrace(new PrintWriter(text));
  }

  @Override
  public synchronized void fetched(FetchEvent event) {
    fetches.add(event);
    text.write(event + "\n");
    String call = "fetched " + event.kind() + " " + event.tries();
    event.failure().ifPresentOrElse(failure -> add(call, failure), () -> add(call));
  }

  @Override
  public void rotated(SecretRef ref, long from, long to) {
    add("rotated " + ref + " " + from + " " + to);
  }

  @Override
  public void stale(SecretRef ref, SecretException failure) {
    add("stale " + ref, failure);
  }

  @Override
  public void renewed(SecretRef ref) {
    add("renewed " + ref);
  }

  @Override
  public void withdrawn(SecretRef ref, SecretException failure) {
    add("withdrawn " + ref, failure);
  }

  @Override
  public void rollbackRefused(SecretName name, long version, long highest) {
    add("rollbackRefused " + name + " " + version + " " + highest);
  }

  @Override
  public void breakerChanged(BreakerState from, BreakerState to) {
    add("breakerChanged " + from + " " + to);
  }
}
