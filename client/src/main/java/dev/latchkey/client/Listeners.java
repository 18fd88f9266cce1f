package dev.latchkey.client;

import java.util.List;

final class Listeners {
  private Listeners() {}

  static SecretsListener of(List<SecretsListener> listeners) {
    return listeners.get(0);
  }
}
