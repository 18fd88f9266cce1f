package dev.latchkey.testing.http;

import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.SecretResolver;
import java.time.Duration;
import java.util.List;

/** Questions that the tests ask. */
final class Asking {
  static final Duration TIMEOUT = Duration.ofSeconds(20);

  private Asking() {}

  static String read(SecretResolver client, String ref) {
    try (SecretValue value = client.resolve(SecretRef.parse(ref))) {
      return value.reveal();
    }
  }

  static CiphertextQuery newest(String name) {
    return CiphertextQuery.newest(SecretName.parse(name));
  }

  static List<CiphertextAnswer> ask(CiphertextSource source, CiphertextQuery... queries) {
    return source.fetch(FetchRequest.of(List.of(queries), TIMEOUT));
  }

  /** Asks, and lets the answer be held for a minute. */
  static List<CiphertextAnswer> hold(CiphertextSource source, CiphertextQuery... queries) {
    return source.fetch(
        new FetchRequest(List.of(queries), FetchRequest.MAX_HOLD, Duration.ofSeconds(70)));
  }
}
