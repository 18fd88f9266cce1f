package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.ContractChecks.assertSpeaksPlainly;
import static dev.latchkey.testing.contract.ContractChecks.runTogether;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.latchkey.Registration;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.spi.SecretResolver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What a {@link SecretResolver} promises, as tests:
 *
 * <ul>
 *   <li>the newest value without a pin, that of the very version with one, any bytes unchanged up
 *       to the largest value; names regardless of case;
 *   <li>a field of a JSON value, and {@link SecretValueException} where there is none;
 *   <li>a value is the caller's own: closing one, or the resolver, harms no other;
 *   <li>{@link SecretNotFoundException} for a missing secret or version, whether or not the
 *       reference is optional;
 *   <li>a view of the text reads what resolving gives, throws what it throws, and follows a
 *       rotation;
 *   <li>prefetching returns one failure for each reference that failed, under the reference that
 *       was given, and throws none; what did not fail is held;
 *   <li>the status is {@link SecretStatus#NOT_LOADED} until a value was asked for, is not such a
 *       request itself, and tells the version and its age from then on, also after a rotation;
 *   <li>a listener is told once for each value that comes after the first, on a thread of the
 *       resolver's, when resolving gives the new value; it may resolve; one that blocks is called
 *       once at a time and holds up no other, one that throws harms none, one whose registration is
 *       closed is left alone, and one of a pinned reference has nothing to be told;
 *   <li>closing twice does nothing, and after it all is unavailable, as {@link
 *       SecretResolver#close} says;
 *   <li>a new exception at each throw, also across threads; messages that name the secret and hold
 *       no value;
 *   <li>many threads at once.
 * </ul>
 *
 * <p>A resolver that does without what the interface has a default for says so in {@link #lacking}:
 * the tests of it are then skipped with that reason, and another looks that it is lacking indeed.
 *
 * <p>Not in it: whatever needs a source that fails or withdraws, and what a resolver logs.
 */
public abstract class SecretResolverContract extends ResolverRotationContract {
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(1);

  /** For subclasses. */
  protected SecretResolverContract() {}

  @Test
  void resolve_anyValue_isItsBytes() {
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    byte[] largest = new byte[SecretValue.MAX_BYTES];
    Arrays.fill(largest, (byte) 'x');
    List<byte[]> values = List.of(new byte[0], new byte[1], every, largest);
    for (int i = 0; i < values.size(); i++) {
      put("secret-" + i, values.get(i));
    }
    for (int i = 0; i < values.size(); i++) {
      assertArrayEquals(values.get(i), bytes(ref("secret-" + i)));
    }
  }

  @Test
  void resolve_optionalOrInOtherCase_isTheSameSecret() {
    put("My-Secret", "one");
    for (SecretRef same : List.of(REF, REF.asOptional(), ref("MY-SECRET"))) {
      assertEquals("one", text(same));
    }
  }

  @Test
  void resolve_withoutPin_isNewest() {
    for (int version = 1; version <= 11; version++) {
      put("my-secret", "value " + version);
    }
    assertEquals("value 11", text(REF));
  }

  @Test
  void resolve_pinned_isThatVersion() {
    put("my-secret", "one");
    put("my-secret", "two");
    put("my-secret", "three");
    assertEquals("one", text(REF.withVersion(1)));
    assertEquals("two", text(REF.withVersion(2)));
    assertEquals("three", text(REF.withVersion(3)));
    assertEquals("three", text(REF));
    assertNotFound(REF.withVersion(4));
  }

  @Test
  void resolve_twice_givesEachCallerItsOwn() {
    put("my-secret", "one");
    SecretValue first = resolver.resolve(REF);
    SecretValue second = resolver.resolve(REF);
    SecretValue third = resolver.resolve(REF);
    assertNotSame(first.bytes(), second.bytes(), "Two values share an array.");
    first.close();
    assertEquals("one", second.reveal());
    second.close();
    assertEquals("one", text(REF));
    resolver.close();
    assertEquals("one", third.reveal());
    third.close();
  }

  @Test
  void resolve_missing_isNotFoundWhetherOptionalOrNot() {
    put("my-secret", "one");
    for (SecretRef missing : List.of(ref("my-secre"), REF.withVersion(2))) {
      assertNotFound(missing);
      assertNotFound(missing.asOptional());
    }
  }

  @Test
  void resolve_field_isTheFieldAlone() {
    assume(ResolverExtra.FIELDS);
    put("db", "{\"user\":\"app\",\"a/b\":{\"password\":\"pässword\"}}");
    assertEquals("app", text(ref("db").withField("/user")));
    assertEquals("pässword", text(ref("db").withField("/a~1b/password")));
    assertEquals("app", text(ref("db").withVersion(1).withField("/user")));
  }

  @Test
  void resolve_fieldThatIsNotThere_isValueException() {
    assume(ResolverExtra.FIELDS);
    put("db", "{\"user\":\"" + CANARY + "\"}");
    put("plain", CANARY);
    for (String name : List.of("db", "plain")) {
      for (SecretRef ref : List.of(ref(name), ref(name).asOptional())) {
        assertNamed(ref, assertFails(SecretValueException.class, ref.withField("/password")));
      }
    }
  }

  @Test
  void resolve_failing_throwsAnewEachTime() {
    assertNotSame(assertNotFound(REF), assertNotFound(REF));
    Supplier<String> view = resolver.text(REF);
    assertNotSame(
        assertThrowsExactly(SecretNotFoundException.class, view::get),
        assertThrowsExactly(SecretNotFoundException.class, view::get));
  }

  @Test
  void resolve_failingInManyThreads_throwsAnewInEach() throws Exception {
    Set<SecretException> thrown =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    var start = new CountDownLatch(1);
    Callable<Void> reader =
        () -> {
          start.await();
          thrown.add(assertNotFound(REF));
          return null;
        };
    runTogether(Collections.nCopies(8, reader), start);
    assertEquals(8, thrown.size(), "Threads share an exception.");
  }

  @Test
  void resolve_manyThreads_eachGetsItsOwn() throws Exception {
    var start = new CountDownLatch(1);
    List<Callable<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      SecretRef mine = ref("secret-" + i);
      String value = "value " + i;
      put("secret-" + i, value);
      readers.add(
          () -> {
            start.await();
            for (int round = 0; round < 50; round++) {
              assertEquals(value, text(mine));
            }
            return null;
          });
    }
    runTogether(readers, start);
  }

  @Test
  void anyMessage_secretHeld_doesNotHoldItsValue() {
    put("my-secret", CANARY);
    byte[] binary = CANARY.getBytes(StandardCharsets.UTF_8);
    binary[0] = (byte) 0xFF;
    put("binary", binary);
    assertEquals(CANARY, text(REF));
    bytes(ref("binary"));

    assertFalse(resolver.toString().contains(CANARY), "The value is in the resolver's text.");
    assertFalse(resolver.status(REF).toString().contains(CANARY), "It is in the status.");
    assertNotFound(ref("my-secre"));
    assertNotFound(REF.withVersion(2));
    Supplier<String> view = resolver.text(ref("binary"));
    assertSilent(assertThrowsExactly(SecretValueException.class, view::get));
  }

  @Test
  void text_view_readsWhatResolvingGives() {
    put("my-secret", "öne");
    put("my-secret", "two\n");
    assertEquals("two\n", resolver.text(REF).get());
    Supplier<String> pinned = resolver.text(REF.withVersion(1).asOptional());
    assertEquals("öne", pinned.get());
    assertEquals("öne", pinned.get());
  }

  @Test
  void text_missing_throwsAtEachRead() {
    Supplier<String> view = assertDoesNotThrow(() -> resolver.text(REF.asOptional()));
    for (int i = 0; i < 2; i++) {
      assertNamed(REF, assertThrowsExactly(SecretNotFoundException.class, view::get));
    }
  }

  @Test
  void text_rotated_followsIt() {
    put("my-secret", "one");
    Supplier<String> view = resolver.text(REF);
    assertEquals("one", view.get());
    put("my-secret", "two");
    await(view, "two");
    assertEquals("two", text(REF));
    assertEquals("one", text(REF.withVersion(1)));
  }

  @Test
  void prefetch_someFail_returnsThoseFailures() {
    put("my-secret", "one");
    Set<SecretRef> missing =
        Set.of(ref("none"), ref("none").asOptional(), ref("nil").asOptional(), REF.withVersion(2));
    List<SecretRef> refs = new ArrayList<>(missing);
    refs.add(1, REF);
    refs.add(REF.asOptional());
    refs.add(ref("none"));

    Map<SecretRef, SecretException> failures = resolver.prefetch(refs);

    assertEquals(missing, failures.keySet());
    failures.forEach(
        (ref, failure) -> {
          assertEquals(SecretNotFoundException.class, failure.getClass());
          assertNamed(ref, failure);
        });
    assertEquals("one", text(REF));
  }

  @Test
  void prefetch_noneFails_isEmptyAndHoldsThem() {
    put("my-secret", "one");
    put("other", "two");
    assertEquals(Map.of(), resolver.prefetch(List.of()));
    assertEquals(Map.of(), resolver.prefetch(List.of(REF, ref("other"), REF)));
    if (!lacking().contains(ResolverExtra.STATUS)) {
      assertEquals(SecretStatus.State.FRESH, resolver.status(ref("other")).state());
    }
    assertEquals("one", text(REF));
    assertEquals("two", text(ref("other")));
  }

  @Test
  void status_notAskedFor_isNotLoaded() {
    assume(ResolverExtra.STATUS);
    put("my-secret", "one");
    Supplier<String> unread = resolver.text(REF);
    for (int i = 0; i < 2; i++) {
      assertEquals(SecretStatus.NOT_LOADED, resolver.status(REF));
      assertEquals(SecretStatus.NOT_LOADED, resolver.status(ref("none")));
    }
    assertNotFound(ref("none"));
    assertEquals(SecretStatus.NOT_LOADED, resolver.status(ref("none")));
    assertEquals("one", unread.get());
    assertEquals(SecretStatus.State.FRESH, resolver.status(REF).state());
  }

  @Test
  void status_held_tellsVersionAndAge() {
    assume(ResolverExtra.STATUS);
    put("my-secret", "one");
    put("my-secret", "two");
    long begun = System.nanoTime();
    bytes(REF);
    bytes(REF.withVersion(1));
    assertHeld(2, begun, resolver.status(REF));
    assertHeld(2, begun, resolver.status(REF.asOptional()));
    assertHeld(1, begun, resolver.status(REF.withVersion(1)));
  }

  @Test
  void status_rotated_tellsTheNewVersion() {
    assume(ResolverExtra.STATUS);
    put("my-secret", "one");
    assertEquals("one", text(REF));
    long begun = System.nanoTime();
    put("my-secret", "two");
    await(() -> text(REF), "two");
    assertHeld(2, begun, resolver.status(REF));
  }

  private static void assertHeld(long version, long begun, SecretStatus status) {
    assertEquals(SecretStatus.State.FRESH, status.state());
    assertEquals(OptionalLong.of(version), status.version());
    assertEquals(Optional.empty(), status.problem());
    Duration age = status.age().orElseThrow();
    Duration most = Duration.ofNanos(System.nanoTime() - begun).plus(CLOCK_TOLERANCE);
    assertTrue(!age.isNegative() && age.compareTo(most) <= 0, age::toString);
  }

  @Test
  void close_twice_doesNothing() {
    put("my-secret", "one");
    assertEquals("one", text(REF));
    resolver.close();
    assertDoesNotThrow(resolver::close);
  }

  @Test
  void anyMethod_closed_isUnavailable() {
    put("my-secret", "one");
    put("other", "two");
    Supplier<String> read = resolver.text(REF);
    assertEquals("one", read.get());
    Supplier<String> unread = resolver.text(REF);
    Registration before = resolver.onRotation(REF, () -> {});
    resolver.close();

    for (SecretRef ref : List.of(REF, ref("other"), ref("none").asOptional())) {
      assertNotSame(
          assertFails(SecretUnavailableException.class, ref),
          assertFails(SecretUnavailableException.class, ref));
      assertEquals(SecretStatus.NOT_LOADED, resolver.status(ref));
    }
    for (Supplier<String> view : List.of(read, unread, resolver.text(REF))) {
      assertSpeaksPlainly(assertThrowsExactly(SecretUnavailableException.class, view::get));
    }
    Map<SecretRef, SecretException> failures = resolver.prefetch(List.of(REF, ref("none")));
    assertEquals(Set.of(REF, ref("none")), failures.keySet());
    failures.values().forEach(e -> assertEquals(SecretUnavailableException.class, e.getClass()));
    assertDoesNotThrow(() -> resolver.onRotation(REF, () -> {}).close());
    assertDoesNotThrow(before::close);
  }

  @TestFactory
  List<DynamicTest> lacking_extra_isAsTheInterfacesDefault() {
    return lacking().stream()
        .sorted()
        .map(extra -> dynamicTest(extra.name(), () -> assertLacking(extra)))
        .toList();
  }

  private void assertLacking(ResolverExtra extra) {
    switch (extra) {
      case FIELDS -> assertRefusesFields();
      case STATUS -> assertKnowsNoStatus();
      case ROTATION -> assertTellsNobody();
    }
  }

  private void assertRefusesFields() {
    put("db", "{\"user\":\"app\"}");
    assertThrows(SecretException.class, () -> resolver.resolve(ref("db").withField("/user")));
  }

  private void assertKnowsNoStatus() {
    put("held", "one");
    assertEquals("one", text(ref("held")));
    assertEquals(SecretStatus.NOT_LOADED, resolver.status(ref("held")));
  }

  private void assertTellsNobody() {
    put("my-secret", "one");
    assertEquals("one", text(REF));
    var told = new AtomicInteger();
    onRotation(REF, told::incrementAndGet);
    for (String value : List.of("two", "three")) {
      put("my-secret", value);
      await(() -> text(REF), value);
    }
    assertEquals(0, told.get(), "Rotations are said to be lacking, and a listener was called.");
  }
}
