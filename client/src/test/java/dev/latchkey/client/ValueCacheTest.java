package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretRef;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValueCacheTest {
  private static final long MANY_BYTES = 1 << 20;

  private final ProcessKey key = new ProcessKey();

  private static SecretRef ref(int i) {
    return SecretRef.parseShort("s" + i);
  }

  private Outcome.Value value(int bytes) {
    return new Outcome.Value(key.seal(new byte[bytes]), 1, 0);
  }

  private static int held(ValueCache cache, int of) {
    int held = 0;
    for (int i = 0; i < of; i++) {
      held += cache.get(ref(i)) == null ? 0 : 1;
    }
    return held;
  }

  @Test
  void put_first64_stayWhateverFollows() {
    var cache = new ValueCache(200, MANY_BYTES);
    List<Outcome.Value> first = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      first.add(value(10));
      cache.put(ref(i), first.get(i));
    }

    for (int i = 64; i < 10_000; i++) {
      cache.put(ref(i), value(10));
    }

    for (int i = 0; i < 64; i++) {
      assertThat(cache.get(ref(i))).isSameAs(first.get(i));
      assertThat(first.get(i).current).isTrue();
    }
    assertThat(held(cache, 10_000)).isBetween(65, 200);
  }

  @Test
  void put_again_retiresTheFormer() {
    var cache = new ValueCache(10, MANY_BYTES);
    Outcome.Value former = value(10);
    former.plaintext = "held";
    cache.put(ref(0), former);

    cache.put(ref(0), value(10));

    assertThat(former.current).isFalse();
    assertThat(former.plaintext).isNull();
  }

  @Test
  void remove_held_retiresItAndFreesItsPlace() {
    var cache = new ValueCache(2, MANY_BYTES);
    Outcome.Value staying = value(10);
    Outcome.Value evictable = value(10);
    cache.put(ref(0), staying);
    cache.put(ref(1), evictable);

    cache.remove(ref(0));
    cache.remove(ref(1));
    cache.remove(ref(2));

    assertThat(held(cache, 3)).isZero();
    assertThat(staying.current).isFalse();
    assertThat(evictable.current).isFalse();
    List<SecretRef> visited = new ArrayList<>();
    cache.put(ref(3), value(10));
    cache.forEach((ref, held) -> visited.add(ref));
    assertThat(visited).containsExactly(ref(3));
  }

  @Test
  void put_maxEntriesOne_holdsOneAndRetiresTheRest() {
    var cache = new ValueCache(1, MANY_BYTES);
    List<Outcome.Value> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(value(10));
      cache.put(ref(i), all.get(i));
    }

    assertThat(held(cache, 20)).isLessThanOrEqualTo(1);
    assertThat(all.stream().filter(value -> value.current)).hasSize(held(cache, 20));
  }

  @Test
  void put_fewEntriesOfEndlessBytes_holdsNoMore() {
    var cache = new ValueCache(2, Long.MAX_VALUE);
    for (int i = 0; i < 100; i++) {
      cache.put(ref(i), value(10));
    }

    assertThat(held(cache, 100)).isBetween(1, 2);
  }

  @Test
  void put_largeValues_areWithinTheBytes() {
    var cache = new ValueCache(1_000, 100_000);
    for (int i = 0; i < 100; i++) {
      cache.put(ref(i), value(10_000));
    }

    assertThat(held(cache, 100)).isBetween(4, 10);
  }

  @Test
  void put_grownPastTheBytesThatStay_isHeldElsewhere() {
    var cache = new ValueCache(10, 20_000);
    cache.put(ref(0), value(10));
    Outcome.Value large = value(9_700); // With its overhead over half, and beside it nothing fits.
    cache.put(ref(1), value(5_000));
    cache.put(ref(0), large);

    Outcome held = cache.get(ref(0));
    assertThat(held == null ? !large.current : held == large && large.current).isTrue();
    cache.put(ref(2), value(4_000)); // The bytes of the one that left are free again.
    assertThat(cache.get(ref(2))).isNotNull();
  }

  @Test
  void put_largerThanTheCache_isNotHeldAndSaysSo() {
    var cache = new ValueCache(10, 1_000);
    Outcome.Value huge = value(5_000);
    cache.put(ref(0), huge);

    assertThat(cache.get(ref(0))).isNull();
    assertThat(huge.current).isFalse();
  }

  @Test
  void clear_retiresEverything() {
    var cache = new ValueCache(100, MANY_BYTES);
    List<Outcome.Value> all = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      all.add(value(10));
      cache.put(ref(i), all.get(i));
    }

    cache.clear();

    assertThat(held(cache, 90)).isZero();
    assertThat(all).noneMatch(value -> value.current);
  }
}
