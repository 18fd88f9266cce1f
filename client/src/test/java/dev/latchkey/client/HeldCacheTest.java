package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldCacheTest {
  private static final long MANY_BYTES = 1 << 20;

  private final ProcessKey key = new ProcessKey();

  private static SecretRef ref(int i) {
    return SecretRef.parseShort("s" + i);
  }

  private Held.Value value(int bytes) {
    return new Held.Value(key.seal(new byte[bytes]), 1, 0);
  }

  private static Held.Failure failure() {
    return new Held.Failure(new SecretNotFoundException("None.", ""), 0, 0);
  }

  private static int held(HeldCache cache, int of) {
    int held = 0;
    for (int i = 0; i < of; i++) {
      held += cache.get(ref(i)) == null ? 0 : 1;
    }
    return held;
  }

  @Test
  void put_first64_stayWhateverFollows() {
    var cache = new HeldCache(200, MANY_BYTES);
    List<Held.Value> first = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      first.add(value(10));
      cache.put(ref(i), first.get(i));
    }

    for (int i = 64; i < 10_000; i++) {
      cache.put(ref(i), i % 2 == 0 ? failure() : value(10));
    }

    for (int i = 0; i < 64; i++) {
      assertThat(cache.get(ref(i))).isSameAs(first.get(i));
      assertThat(first.get(i).current).isTrue();
    }
    assertThat(held(cache, 10_000)).isBetween(65, 200);
  }

  @Test
  void put_failuresFirst_leaveTheBindingsTheirPlaces() {
    var cache = new HeldCache(100, MANY_BYTES);
    for (int i = 1_000; i < 2_000; i++) {
      cache.put(ref(i), failure());
    }
    for (int i = 0; i < 50; i++) {
      cache.put(ref(i), value(10));
    }
    for (int i = 2_000; i < 3_000; i++) {
      cache.put(ref(i), failure());
    }

    assertThat(held(cache, 50)).isEqualTo(50);
  }

  @Test
  void put_again_retiresTheFormer() {
    var cache = new HeldCache(10, MANY_BYTES);
    Held.Value former = value(10);
    former.plaintext = "held";
    cache.put(ref(0), former);

    cache.put(ref(0), value(10));

    assertThat(former.current).isFalse();
    assertThat(former.plaintext).isNull();
  }

  @Test
  void put_failureThenValue_isInOnePlaceOnly() {
    var cache = new HeldCache(10, MANY_BYTES);
    Held.Value value = value(10);
    cache.put(ref(0), failure());
    cache.put(ref(0), value);
    assertThat(cache.get(ref(0))).isSameAs(value);

    List<SecretRef> visited = new ArrayList<>();
    cache.forEachValue((ref, held) -> visited.add(ref));
    assertThat(visited).containsExactly(ref(0));

    cache.put(ref(0), failure());
    assertThat(cache.get(ref(0))).isInstanceOf(Held.Failure.class);
    assertThat(value.current).isFalse();
  }

  @Test
  void put_maxEntriesOne_holdsOneAndRetiresTheRest() {
    var cache = new HeldCache(1, MANY_BYTES);
    List<Held.Value> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(value(10));
      cache.put(ref(i), all.get(i));
    }

    assertThat(held(cache, 20)).isLessThanOrEqualTo(1);
    assertThat(all.stream().filter(value -> value.current)).hasSize(held(cache, 20));
  }

  @Test
  void put_fewEntriesOfEndlessBytes_holdsNoMore() {
    var cache = new HeldCache(2, Long.MAX_VALUE);
    for (int i = 0; i < 100; i++) {
      cache.put(ref(i), value(10));
    }

    assertThat(held(cache, 100)).isBetween(1, 2);
  }

  @Test
  void put_largeValues_areWithinTheBytes() {
    var cache = new HeldCache(1_000, 100_000);
    for (int i = 0; i < 100; i++) {
      cache.put(ref(i), value(10_000));
    }

    assertThat(held(cache, 100)).isBetween(4, 10);
  }

  @Test
  void put_grownPastTheBytesThatStay_isHeldElsewhere() {
    var cache = new HeldCache(10, 20_000);
    cache.put(ref(0), value(10));
    Held.Value large = value(9_700); // With its overhead over half, and beside it nothing fits.
    cache.put(ref(1), value(5_000));
    cache.put(ref(0), large);

    Held held = cache.get(ref(0));
    assertThat(held == null ? !large.current : held == large && large.current).isTrue();
    cache.put(ref(2), value(4_000)); // The bytes of the one that left are free again.
    assertThat(cache.get(ref(2))).isNotNull();
  }

  @Test
  void put_largerThanTheCache_isNotHeldAndSaysSo() {
    var cache = new HeldCache(10, 1_000);
    Held.Value huge = value(5_000);
    cache.put(ref(0), huge);

    assertThat(cache.get(ref(0))).isNull();
    assertThat(huge.current).isFalse();
  }

  @Test
  void clear_retiresEverything() {
    var cache = new HeldCache(100, MANY_BYTES);
    List<Held.Value> all = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      all.add(value(10));
      cache.put(ref(i), all.get(i));
    }

    cache.clear();

    assertThat(held(cache, 90)).isZero();
    assertThat(all).noneMatch(value -> value.current);
  }
}
