package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a client tells of itself. */
final class RecordingListener implements SecretsListener {
  /** What was told, a line each, requests aside. */
  final List<String> told = new CopyOnWriteArrayList<>();

  final List<FetchEvent> fetches = new CopyOnWriteArrayList<>();

  @Override
  public void fetched(FetchEvent event) {
    fetches.add(event);
  }

  @Override
  public void rotated(SecretRef ref, long from, long to) {
    told.add("rotated " + ref + " " + from + " " + to);
  }

  @Override
  public void stale(SecretRef ref, SecretException failure) {
    told.add("stale " + ref + " " + failure.getMessage());
  }

  @Override
  public void renewed(SecretRef ref) {
    told.add("renewed " + ref);
  }

  @Override
  public void withdrawn(SecretRef ref, SecretException failure) {
    told.add("withdrawn " + ref + " " + failure.getMessage());
  }

  @Override
  public void rollbackRefused(SecretName name, long version, long highest) {
    told.add("rollbackRefused " + name + " " + version + " " + highest);
  }

  @Override
  public void breakerChanged(BreakerState from, BreakerState to) {
    told.add("breakerChanged " + from + " " + to);
  }
}
