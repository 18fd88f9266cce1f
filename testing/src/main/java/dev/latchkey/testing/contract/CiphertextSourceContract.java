package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.ContractChecks.assertSpeaksPlainly;
import static dev.latchkey.testing.contract.ContractChecks.runTogether;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextAnswer.Damaged;
import dev.latchkey.client.source.CiphertextAnswer.NotFound;
import dev.latchkey.client.source.CiphertextAnswer.Sealed;
import dev.latchkey.client.source.CiphertextAnswer.Unchanged;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What a {@link CiphertextSource} promises, as tests:
 *
 * <ul>
 *   <li>one answer a query, in the order of the queries, up to 100 of them, also where a name is
 *       asked for twice;
 *   <li>the newest version without a pin, the very version with one, bytes and time unchanged, up
 *       to the largest value;
 *   <li>not found: a name never used, a version never made, a deleted secret, and for good each
 *       version up to a deletion; a nearest name, where one is offered, can be fetched;
 *   <li>unchanged if, and only if, the known version is the one that would be sent;
 *   <li>names regardless of case;
 *   <li>a hold ends at once where there is news, and never outlasts the timeout;
 *   <li>many threads at once;
 *   <li>{@link SecretUnavailableException} when closed or interrupted, the flag kept; closing twice
 *       does nothing; and for the {@linkplain #failingSources failing sources} the agreed type, a
 *       new exception each time.
 * </ul>
 *
 * <p>Which secrets a credential may read is not in it: a source that has {@link
 * CiphertextAnswer.Denied} tests that itself.
 */
public abstract class CiphertextSourceContract {
  /** The project of all that the suite uses. */
  protected static final String PROJECT = "contract-project";

  /** The time that a request of the suite gives its source. */
  protected static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final Duration AT_ONCE = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final List<CiphertextSource> opened = new ArrayList<>();

  /** For subclasses. */
  protected CiphertextSourceContract() {}

  /**
   * Returns a new source of {@link #PROJECT} with a given history, and nothing else. For each name
   * the versions and deletions together are numbered 1, 2, 3, …
   *
   * @param versions the versions with a ciphertext, ascending for each name, in any order of names
   * @param deletions the versions that mark a deletion; the newest state of a name is that of its
   *     highest number in either
   */
  protected abstract CiphertextSource source(
      List<SealedSecret> versions, Set<SecretIdentity> deletions);

  /**
   * Returns sources of {@link #PROJECT} that cannot answer a request for {@code my-secret}: at
   * least one that cannot be reached ({@link SecretUnavailableException}) and one whose answer or
   * content is damaged ({@link SecretProtocolException}, thrown or as the answer). One that never
   * answers belongs here too.
   */
  protected abstract List<FailingSource> failingSources();

  /** Closes what the test opened. */
  @AfterEach
  final void closeSources() {
    for (CiphertextSource source : opened) {
      source.close();
    }
  }

  /** Returns a source with the given history, closed after the test. */
  private CiphertextSource open(List<SealedSecret> versions, SecretIdentity... deletions) {
    CiphertextSource source = source(versions, Set.of(deletions));
    opened.add(source);
    return source;
  }

  @Test
  void project_ofSource_isTheOneItWasMadeFor() {
    assertEquals(PROJECT, open(List.of()).project());
  }

  @Test
  void fetch_withoutPin_isNewest() {
    var v1 = sealed("my-secret", 1);
    var v2 = sealed("my-secret", 2);
    var v10 = sealed("other", 1);
    CiphertextSource source = open(List.of(v1, v2, v10));
    assertSealed(v2, fetch(source, newest("my-secret")));
    assertSealed(v10, fetch(source, newest("other")));
  }

  @Test
  void fetch_moreThanNineVersions_newestIsByNumber() {
    List<SealedSecret> versions = new ArrayList<>();
    for (int version = 1; version <= 11; version++) {
      versions.add(sealed("my-secret", version));
    }
    assertSealed(versions.get(10), fetch(open(versions), newest("my-secret")));
  }

  @Test
  void fetch_pinned_isThatVersion() {
    var v1 = sealed("my-secret", 1);
    var v2 = sealed("my-secret", 2);
    var v3 = sealed("my-secret", 3);
    CiphertextSource source = open(List.of(v1, v2, v3));
    assertSealed(v1, fetch(source, pinned("my-secret", 1)));
    assertSealed(v2, fetch(source, pinned("my-secret", 2)));
    assertSealed(v3, fetch(source, pinned("my-secret", 3)));
  }

  @Test
  void fetch_knownIsNewest_isUnchanged() {
    CiphertextSource source = open(List.of(sealed("my-secret", 1), sealed("my-secret", 2)));
    assertEquals(new Unchanged(2), fetch(source, newest("my-secret").withKnownVersion(2)));
  }

  @Test
  void fetch_knownIsNotNewest_isSealed() {
    var v2 = sealed("my-secret", 2);
    CiphertextSource source = open(List.of(sealed("my-secret", 1), v2));
    assertSealed(v2, fetch(source, newest("my-secret").withKnownVersion(1)));
    assertSealed(v2, fetch(source, newest("my-secret").withKnownVersion(3)));
  }

  @Test
  void fetch_pinnedAndKnown_isUnchangedForThePinAlone() {
    var v1 = sealed("my-secret", 1);
    CiphertextSource source = open(List.of(v1, sealed("my-secret", 2)));
    assertEquals(new Unchanged(1), fetch(source, pinned("my-secret", 1).withKnownVersion(1)));
    assertSealed(v1, fetch(source, pinned("my-secret", 1).withKnownVersion(2)));
  }

  @Test
  void fetch_nameNeverUsed_isNotFound() {
    CiphertextSource source = open(List.of(sealed("my-secret", 1)));
    assertNotFound(fetch(source, newest("my-secre")), "my-secret");
    assertNotFound(fetch(source, newest("quite-another")), "my-secret");
    assertNotFound(fetch(source, pinned("my-secre", 1)), "my-secret");
    assertNotFound(fetch(source, newest("my-secre").withKnownVersion(1)), "my-secret");
  }

  @Test
  void fetch_emptyProject_isNotFound() {
    assertNotFound(fetch(open(List.of()), newest("my-secret")));
  }

  @Test
  void fetch_versionNeverMade_isNotFound() {
    CiphertextSource source = open(List.of(sealed("my-secret", 1)));
    assertNotFound(fetch(source, pinned("my-secret", 2)), "my-secret");
    assertNotFound(fetch(source, pinned("my-secret", Long.MAX_VALUE)), "my-secret");
    assertNotFound(fetch(source, pinned("my-secret", 2).withKnownVersion(2)), "my-secret");
  }

  @Test
  void fetch_deleted_isNotFoundInAnyVersion() {
    CiphertextSource source =
        open(
            List.of(sealed("my-secret", 1), sealed("my-secret", 2), sealed("my-secrets", 1)),
            identity("my-secret", 3));
    assertNotFound(fetch(source, newest("my-secret")), "my-secrets");
    assertNotFound(fetch(source, newest("my-secret").withKnownVersion(2)), "my-secrets");
    assertNotFound(fetch(source, newest("my-secret").withKnownVersion(3)), "my-secrets");
    for (long version = 1; version <= 4; version++) {
      assertNotFound(fetch(source, pinned("my-secret", version)), "my-secrets");
      CiphertextQuery known = pinned("my-secret", version).withKnownVersion(version);
      assertNotFound(fetch(source, known), "my-secrets");
    }
  }

  @Test
  void fetch_createdAgain_isFoundFromThereOn() {
    var v4 = sealed("my-secret", 4);
    var v5 = sealed("my-secret", 5);
    var v7 = sealed("my-secret", 7);
    var v8 = sealed("my-secret", 8);
    List<SealedSecret> versions = List.of(sealed("my-secret", 1), sealed("my-secret", 2), v4, v5);
    CiphertextSource once = open(versions, identity("my-secret", 3));
    assertSealed(v5, fetch(once, newest("my-secret")));
    assertSealed(v4, fetch(once, pinned("my-secret", 4)));
    assertNotFound(fetch(once, pinned("my-secret", 1)), "my-secret");
    assertNotFound(fetch(once, pinned("my-secret", 2).withKnownVersion(2)), "my-secret");
    assertNotFound(fetch(once, pinned("my-secret", 3)), "my-secret");

    List<SealedSecret> more = new ArrayList<>(versions);
    more.add(v7);
    more.add(v8);
    CiphertextSource twice = open(more, identity("my-secret", 3), identity("my-secret", 6));
    assertSealed(v8, fetch(twice, newest("my-secret")));
    assertSealed(v7, fetch(twice, pinned("my-secret", 7)));
    for (long version = 1; version <= 6; version++) {
      assertNotFound(fetch(twice, pinned("my-secret", version)), "my-secret");
    }
  }

  @Test
  void fetch_nameInOtherCase_isTheSameSecret() {
    var v1 = sealed("My-Secret.Title", 1);
    CiphertextSource source = open(List.of(v1));
    assertSealed(v1, fetch(source, newest("my-secret.title")));
    assertSealed(v1, fetch(source, newest("MY-SECRET.TITLE")));
    assertSealed(v1, fetch(source, pinned("mY-sEcReT.tItLe", 1)));
    CiphertextQuery known = newest("MY-secret.TITLE").withKnownVersion(1);
    assertEquals(new Unchanged(1), fetch(source, known));
  }

  @Test
  void fetch_longestName_isFound() {
    String label = "a".repeat(SecretName.MAX_LABEL_LENGTH);
    String name = label + "." + label + "." + label + "." + label.substring(2);
    assertEquals(SecretName.MAX_LENGTH, name.length());
    var v1 = sealed(name, 1);
    assertSealed(v1, fetch(open(List.of(v1)), newest(name)));
  }

  @Test
  void fetch_anyCiphertext_isUnchangedByTheWay() {
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    // Room for what any scheme adds to the largest value.
    byte[] largest = new byte[SecretValue.MAX_BYTES + 1024];
    for (int i = 0; i < largest.length; i++) {
      largest[i] = (byte) (31 * i + (i >> 8));
    }
    var old = Instant.parse("2001-02-03T04:05:06Z");
    var late = Instant.parse("2199-12-31T23:59:59.999999999Z");
    var one = new SealedSecret(identity("one", 1), new byte[] {-1}, old);
    var all = new SealedSecret(identity("all", 1), every, late);
    var large = new SealedSecret(identity("large", 1), largest, Instant.EPOCH);
    CiphertextSource source = open(List.of(one, all, large));
    assertSealed(one, fetch(source, newest("one")));
    assertSealed(all, fetch(source, newest("all")));
    assertSealed(large, fetch(source, newest("large")));
  }

  @Test
  void fetch_mostQueries_answersEachInOrder() {
    List<SealedSecret> versions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      versions.add(sealed("secret-" + i, 1));
      versions.add(sealed("secret-" + i, 2));
    }
    CiphertextSource source = open(versions, identity("secret-0", 3));
    List<CiphertextQuery> queries = new ArrayList<>();
    for (int i = 19; i >= 0; i--) {
      queries.add(pinned("secret-" + i, 1));
      queries.add(newest("secret-" + i));
      queries.add(newest("Secret-" + i).withKnownVersion(2));
      queries.add(newest("unknown-" + i));
      queries.add(newest("secret-" + i));
    }
    assertEquals(FetchRequest.MAX_QUERIES, queries.size());

    List<CiphertextAnswer> answers = source.fetch(FetchRequest.of(queries, TIMEOUT));

    assertEquals(FetchRequest.MAX_QUERIES, answers.size());
    for (int i = 19; i >= 1; i--) {
      int at = 5 * (19 - i);
      assertSealed(versions.get(2 * i), answers.get(at));
      assertSealed(versions.get(2 * i + 1), answers.get(at + 1));
      assertEquals(new Unchanged(2), answers.get(at + 2));
      assertInstanceOf(NotFound.class, answers.get(at + 3));
      assertSealed(versions.get(2 * i + 1), answers.get(at + 4));
    }
    for (CiphertextAnswer answer : answers.subList(95, 100)) {
      assertInstanceOf(NotFound.class, answer);
    }
  }

  @Test
  void fetch_oneNameManyTimes_answersEachQueryForItself() {
    var v1 = sealed("my-secret", 1);
    var v2 = sealed("my-secret", 2);
    CiphertextSource source = open(List.of(v1, v2));
    List<CiphertextAnswer> answers =
        source.fetch(
            FetchRequest.of(
                List.of(
                    newest("my-secret"),
                    pinned("my-secret", 1),
                    newest("MY-SECRET"),
                    newest("my-secret").withKnownVersion(2),
                    pinned("my-secret", 3),
                    newest("my-secret")),
                TIMEOUT));
    assertEquals(6, answers.size());
    assertSealed(v2, answers.get(0));
    assertSealed(v1, answers.get(1));
    assertSealed(v2, answers.get(2));
    assertEquals(new Unchanged(2), answers.get(3));
    assertInstanceOf(NotFound.class, answers.get(4));
    assertSealed(v2, answers.get(5));
  }

  @Test
  void fetch_holdWithNews_answersAtOnce() {
    var v2 = sealed("my-secret", 2);
    CiphertextSource source =
        open(List.of(sealed("my-secret", 1), v2, sealed("calm", 1)), identity("calm", 2));
    List<List<CiphertextQuery>> news =
        List.of(
            List.of(newest("my-secret")),
            List.of(newest("my-secret").withKnownVersion(1)),
            List.of(newest("calm").withKnownVersion(1)),
            List.of(
                newest("my-secret").withKnownVersion(2), newest("my-secret").withKnownVersion(1)));
    for (List<CiphertextQuery> queries : news) {
      var request = new FetchRequest(queries, FetchRequest.MAX_HOLD, Duration.ofSeconds(70));
      List<CiphertextAnswer> answers =
          assertTimeoutPreemptively(AT_ONCE, () -> source.fetch(request));
      assertEquals(queries.size(), answers.size());
    }
  }

  @Test
  void fetch_holdWithoutNews_endsUnchanged() {
    CiphertextSource source = open(List.of(sealed("my-secret", 1)));
    var request =
        new FetchRequest(
            List.of(newest("my-secret").withKnownVersion(1)), Duration.ofSeconds(1), TIMEOUT);
    assertEquals(List.of(new Unchanged(1)), source.fetch(request));
  }

  @Test
  void fetch_holdOverTimeout_endsInTime() {
    CiphertextSource source = open(List.of(sealed("my-secret", 1)));
    var request =
        new FetchRequest(
            List.of(newest("my-secret").withKnownVersion(1)), FetchRequest.MAX_HOLD, SHORT);
    assertTimeoutPreemptively(
        AT_ONCE,
        () -> {
          try {
            assertEquals(List.of(new Unchanged(1)), source.fetch(request));
          } catch (SecretUnavailableException e) {
            assertSpeaksPlainly(e);
          }
        });
  }

  @Test
  void fetch_manyThreads_eachGetsItsOwnAnswers() throws Exception {
    List<SealedSecret> versions = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      versions.add(sealed("secret-" + i, 1));
    }
    CiphertextSource source = open(versions);
    var start = new CountDownLatch(1);
    List<Callable<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      SealedSecret mine = versions.get(i);
      readers.add(
          () -> {
            start.await();
            for (int round = 0; round < 25; round++) {
              assertSealed(mine, fetch(source, CiphertextQuery.newest(mine.identity().name())));
            }
            return null;
          });
    }
    runTogether(readers, start);
  }

  @Test
  void close_twice_doesNothing() {
    CiphertextSource source = open(List.of(sealed("my-secret", 1)));
    source.close();
    assertDoesNotThrow(source::close);
  }

  @Test
  void fetch_closed_isUnavailable() {
    CiphertextSource source = open(List.of(sealed("my-secret", 1)));
    source.close();
    assertSpeaksPlainly(
        assertThrowsExactly(
            SecretUnavailableException.class, () -> fetch(source, newest("my-secret"))));
  }

  @Test
  void fetch_interrupted_isUnavailableAndKeepsFlag() {
    CiphertextSource source = open(List.of(sealed("my-secret", 1)));
    Thread.currentThread().interrupt();
    try {
      assertThrowsExactly(
          SecretUnavailableException.class, () -> fetch(source, newest("my-secret")));
    } finally {
      assertTrue(Thread.interrupted(), "The interrupt flag was lost.");
    }
    assertInstanceOf(Sealed.class, fetch(source, newest("my-secret")));
  }

  @TestFactory
  List<DynamicTest> fetch_failingSource_throwsWhatIsAgreed() {
    List<FailingSource> failing = failingSources();
    List<DynamicTest> tests = new ArrayList<>();
    tests.add(
        dynamicTest(
            "unavailable and damaged are both there",
            () -> {
              var types = failing.stream().map(FailingSource::failure).toList();
              assertTrue(types.contains(SecretUnavailableException.class), types.toString());
              assertTrue(types.contains(SecretProtocolException.class), types.toString());
            }));
    for (FailingSource each : failing) {
      opened.add(each.source());
      tests.add(dynamicTest(each.what(), () -> assertFails(each)));
    }
    return tests;
  }

  private static void assertFails(FailingSource failing) {
    var request = FetchRequest.of(List.of(newest("my-secret")), failing.timeout());
    List<SecretException> thrown = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      SecretException e =
          assertTimeoutPreemptively(
              AT_ONCE,
              () -> assertThrowsExactly(failing.failure(), () -> fetchOrThrow(failing, request)));
      assertSpeaksPlainly(e);
      thrown.add(e);
    }
    assertNotSame(thrown.get(0), thrown.get(1));
  }

  private static void fetchOrThrow(FailingSource failing, FetchRequest request) {
    for (CiphertextAnswer answer : failing.source().fetch(request)) {
      if (answer instanceof Damaged damaged) {
        throw damaged.failure();
      }
    }
  }

  /** Asserts that an answer holds the expected secret: its identity, its bytes and its time. */
  static void assertSealed(SealedSecret expected, CiphertextAnswer answer) {
    SealedSecret actual = assertInstanceOf(Sealed.class, answer).secret();
    assertEquals(expected.identity(), actual.identity());
    assertArrayEquals(expected.ciphertext(), actual.ciphertext());
    assertEquals(expected.createdAt(), actual.createdAt());
  }

  private static void assertNotFound(CiphertextAnswer answer, String... live) {
    var nearest = assertInstanceOf(NotFound.class, answer).nearest();
    nearest.ifPresent(name -> assertTrue(List.of(live).contains(name.canonical()), name::toString));
  }

  static CiphertextAnswer fetch(CiphertextSource source, CiphertextQuery query) {
    List<CiphertextAnswer> answers = source.fetch(FetchRequest.of(List.of(query), TIMEOUT));
    assertEquals(1, answers.size());
    return answers.get(0);
  }

  static CiphertextQuery newest(String name) {
    return CiphertextQuery.newest(SecretName.parse(name));
  }

  static CiphertextQuery pinned(String name, long version) {
    return CiphertextQuery.pinned(SecretName.parse(name), version);
  }

  static SecretIdentity identity(String name, long version) {
    return new SecretIdentity(PROJECT, SecretName.parse(name), version);
  }

  /** Returns a version whose ciphertext and time are of this name and number alone. */
  static SealedSecret sealed(String name, long version) {
    SecretIdentity identity = identity(name, version);
    return new SealedSecret(identity, identity.associatedData(), timeOf(version));
  }

  static Instant timeOf(long version) {
    return Instant.parse("2026-01-02T03:04:05.678901234Z").plusSeconds(version);
  }
}
