package dev.latchkey.client;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.SecretRef;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is held, by reference, within bounds. Nothing here expires by itself: an expiring cache
 * reads the clock at each look-up, which costs more than the look-up.
 */
final class HeldCache {
  /** What an entry costs beside its ciphertext, about, as measured. */
  private static final int OVERHEAD_BYTES = 400;

  private final Cache<SecretRef, Held> cache;

  /**
   * Makes an empty cache.
   *
   * @param maxEntries the most entries
   * @param maxBytes the most bytes, about
   */
  HeldCache(int maxEntries, long maxBytes) {
    // A cache is bounded by weight or by number. A floor under each weight makes it both.
    int floor = (int) Math.min(Integer.MAX_VALUE, Math.max(1, maxBytes / maxEntries));
    cache =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((SecretRef ref, Held held) -> Math.max(floor, OVERHEAD_BYTES + held.bytes()))
            .evictionListener((ref, held, cause) -> retire(held))
            .executor(Runnable::run)
            .build();
  }

  @Nullable Held get(SecretRef ref) {
    return cache.getIfPresent(ref);
  }

  /** Puts what is held from now on, and tells those who keep a hold of the former value. */
  void put(SecretRef ref, Held held) {
    retire(cache.asMap().put(ref, held));
  }

  /** Visits each value; failures are left out. */
  void forEachValue(BiConsumer<SecretRef, Held.Value> visitor) {
    cache
        .asMap()
        .forEach(
            (ref, held) -> {
              if (held instanceof Held.Value value) {
                visitor.accept(ref, value);
              }
            });
  }

  void clear() {
    cache.asMap().values().forEach(HeldCache::retire);
    cache.invalidateAll();
  }

  private static void retire(@Nullable Held held) {
    if (held instanceof Held.Value value) {
      value.current = false;
      value.plaintext = null;
    }
  }
}
