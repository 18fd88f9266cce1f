package dev.latchkey.client;

import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.source.HttpSource;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lets a client that runs be led to another service. */
final class SwitchedSource implements CiphertextSource {
  private record Current(HttpSource source, URI address) {}

  private final boolean canHold;
  private final List<HttpSource> all = new ArrayList<>();
  private volatile @Nullable Current current;

  SwitchedSource(boolean canHold) {
    this.canHold = canHold;
  }

  synchronized void use(HttpSource source, URI address) {
    all.add(source);
    current = new Current(source, address);
  }

  private Current current() {
    Current now = current;
    if (now == null) {
      throw new IllegalStateException();
    }
    return now;
  }

  URI address() {
    return current().address;
  }

  @Override
  public String project() {
    return current().source.project();
  }

  @Override
  public boolean canHold() {
    return canHold;
  }

  @Override
  public List<CiphertextAnswer> fetch(FetchRequest request) {
    return current().source.fetch(request);
  }

  @Override
  public synchronized void close() {
    all.forEach(HttpSource::close);
  }
}
