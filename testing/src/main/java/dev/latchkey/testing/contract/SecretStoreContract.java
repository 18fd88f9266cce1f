package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.ContractChecks.assertSpeaksPlainly;
import static dev.latchkey.testing.contract.ContractChecks.runTogether;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer.NotFound;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.StoredSecret;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * What a {@link SecretStore} promises beyond a {@link CiphertextSource}, as tests:
 *
 * <ul>
 *   <li>versions are 1, 2, 3, …, deletions included; a write that names another number is a
 *       conflict and changes nothing; no number comes again, and no version changes;
 *   <li>a deletion of what is not there is a conflict;
 *   <li>of writers who make the same version one succeeds, also through two handles; what a write
 *       has returned from, every handle sees, and one that is opened later too;
 *   <li>{@link SecretStore#find} tells of deleted secrets too, {@link SecretStore#list} of the
 *       others, by name; both tell the name as last written and the times of the first version
 *       since the last deletion and of the newest;
 *   <li>{@link SecretUnavailableException} from each method when closed or interrupted, the flag
 *       kept, with a whole version written or none.
 * </ul>
 *
 * <p>That a write survives the end of the process and of the machine needs processes and machines:
 * a store tests that itself.
 */
public abstract class SecretStoreContract extends CiphertextSourceContract {
  private static final int WRITERS = 6;

  private final List<SecretStore> stores = new ArrayList<>();

  /** For subclasses. */
  protected SecretStoreContract() {}

  /** Returns a new and empty store of {@link #PROJECT}. */
  protected abstract SecretStore store();

  /** Returns a second handle on the content of a store, as another process has one. */
  protected abstract SecretStore reopen(SecretStore store);

  /** Writes the history through the store itself. */
  @Override
  protected final CiphertextSource source(
      List<SealedSecret> versions, Set<SecretIdentity> deletions) {
    SecretStore store = store();
    List<SecretIdentity> history = new ArrayList<>(deletions);
    versions.forEach(version -> history.add(version.identity()));
    history.sort(Comparator.comparingLong(SecretIdentity::version));
    for (SecretIdentity next : history) {
      if (deletions.contains(next)) {
        store.delete(next.name(), next.version(), timeOf(next.version()));
      } else {
        store.append(
            versions.stream().filter(v -> v.identity().equals(next)).findFirst().orElseThrow());
      }
    }
    return store;
  }

  /** Closes what the test opened. */
  @AfterEach
  final void closeStores() {
    stores.forEach(SecretStore::close);
  }

  private SecretStore open() {
    SecretStore store = store();
    stores.add(store);
    return store;
  }

  private SecretStore openAgain(SecretStore store) {
    SecretStore again = reopen(store);
    stores.add(again);
    return again;
  }

  @Test
  void find_neverUsed_isEmpty() {
    assertEquals(Optional.empty(), open().find(name("my-secret")));
  }

  @Test
  void find_oneVersion_tellsAllButTheValue() {
    SecretStore store = open();
    store.append(sealed("My-Secret", 1));
    StoredSecret found = found(store, "my-SECRET");
    assertEquals(new StoredSecret(name("my-secret"), 1, false, timeOf(1), timeOf(1)), found);
    assertEquals("My-Secret", found.name().toString());
  }

  @Test
  void find_manyVersions_tellsFirstTimeAndNewestNameAndTime() {
    SecretStore store = open();
    store.append(sealed("my-secret", 1));
    store.append(sealed("my-secret", 2));
    store.append(sealed("MY-secret", 3));
    StoredSecret found = found(store, "my-secret");
    assertEquals(new StoredSecret(name("my-secret"), 3, false, timeOf(1), timeOf(3)), found);
    assertEquals("MY-secret", found.name().toString());
  }

  @Test
  void find_deleted_tellsTheDeletion() {
    SecretStore store = open();
    store.append(sealed("my-secret", 1));
    store.append(sealed("my-secret", 2));
    store.delete(name("my-secret"), 3, timeOf(9));
    assertEquals(
        new StoredSecret(name("my-secret"), 3, true, timeOf(1), timeOf(9)),
        found(store, "my-secret"));
  }

  @Test
  void find_createdAgain_tellsTheNewLife() {
    SecretStore store = open();
    store.append(sealed("my-secret", 1));
    store.delete(name("my-secret"), 2, timeOf(2));
    store.append(sealed("my-secret", 3));
    store.append(sealed("my-secret", 4));
    assertEquals(
        new StoredSecret(name("my-secret"), 4, false, timeOf(3), timeOf(4)),
        found(store, "my-secret"));
  }

  @Test
  void list_emptyStore_isEmpty() {
    assertEquals(List.of(), open().list());
  }

  @Test
  void list_liveAndDeleted_isTheLiveByName() {
    SecretStore store = open();
    store.append(sealed("beta", 1));
    store.append(sealed("Alpha", 1));
    store.append(sealed("gone", 1));
    store.append(sealed("alpha.two", 1));
    store.append(sealed("beta", 2));
    store.delete(name("gone"), 2, timeOf(2));
    assertEquals(
        List.of(
            new StoredSecret(name("alpha"), 1, false, timeOf(1), timeOf(1)),
            new StoredSecret(name("alpha.two"), 1, false, timeOf(1), timeOf(1)),
            new StoredSecret(name("beta"), 2, false, timeOf(1), timeOf(2))),
        store.list());
    assertEquals("Alpha", store.list().get(0).name().toString());
  }

  @Test
  void append_firstIsNotOne_isConflictAndWritesNothing() {
    SecretStore store = open();
    assertConflict(() -> store.append(sealed("my-secret", 2)));
    assertEquals(Optional.empty(), store.find(name("my-secret")));
    assertEquals(List.of(), store.list());
  }

  @Test
  void append_notTheNextVersion_isConflictAndChangesNothing() {
    SecretStore store = open();
    var v1 = sealed("my-secret", 1);
    var v2 = sealed("my-secret", 2);
    store.append(v1);
    store.append(v2);
    for (long version : new long[] {1, 2, 4, Long.MAX_VALUE}) {
      var other =
          new SealedSecret(identity("my-secret", version), new byte[] {1, 2, 3}, timeOf(50));
      assertConflict(() -> store.append(other));
    }
    assertSealed(v1, fetch(store, pinned("my-secret", 1)));
    assertSealed(v2, fetch(store, newest("my-secret")));
  }

  @Test
  void append_afterDeletion_goesOnCounting() {
    SecretStore store = open();
    store.append(sealed("my-secret", 1));
    store.delete(name("my-secret"), 2, timeOf(2));
    assertConflict(() -> store.append(sealed("my-secret", 1)));
    assertConflict(() -> store.append(sealed("my-secret", 2)));
    var v3 = sealed("my-secret", 3);
    store.append(v3);
    assertSealed(v3, fetch(store, newest("my-secret")));
  }

  @Test
  void append_nameInOtherCase_isTheSameSecret() {
    SecretStore store = open();
    store.append(sealed("my-secret", 1));
    assertConflict(() -> store.append(sealed("My-Secret", 1)));
    store.append(sealed("My-Secret", 2));
    assertEquals(1, store.list().size());
  }

  @Test
  void append_otherProject_isRefused() {
    SecretStore store = open();
    var other =
        new SealedSecret(
            new SecretIdentity("other-project", name("my-secret"), 1), new byte[9], timeOf(1));
    assertThrows(IllegalArgumentException.class, () -> store.append(other));
    assertEquals(Optional.empty(), store.find(name("my-secret")));
  }

  @Test
  void append_arrayChangedAfterwards_isAsItWas() {
    SecretStore store = open();
    byte[] ciphertext = {1, 2, 3};
    store.append(new SealedSecret(identity("my-secret", 1), ciphertext, timeOf(1)));
    ciphertext[0] = 9;
    assertSealed(
        new SealedSecret(identity("my-secret", 1), new byte[] {1, 2, 3}, timeOf(1)),
        fetch(store, newest("my-secret")));
  }

  @Test
  void delete_neverUsed_isConflict() {
    SecretStore store = open();
    assertConflict(() -> store.delete(name("my-secret"), 1, timeOf(1)));
    assertEquals(Optional.empty(), store.find(name("my-secret")));
  }

  @Test
  void delete_deleted_isConflict() {
    SecretStore store = open();
    store.append(sealed("my-secret", 1));
    store.delete(name("my-secret"), 2, timeOf(2));
    assertConflict(() -> store.delete(name("my-secret"), 3, timeOf(3)));
    assertEquals(2, found(store, "my-secret").version());
  }

  @Test
  void delete_notTheNextVersion_isConflictAndChangesNothing() {
    SecretStore store = open();
    var v2 = sealed("my-secret", 2);
    store.append(sealed("my-secret", 1));
    store.append(v2);
    for (long version : new long[] {1, 2, 4}) {
      assertConflict(() -> store.delete(name("my-secret"), version, timeOf(3)));
    }
    assertSealed(v2, fetch(store, newest("my-secret")));
  }

  @Test
  void reopen_afterWrites_showsThemAll() {
    SecretStore store = open();
    var v1 = sealed("my-secret", 1);
    store.append(v1);
    SecretStore beside = openAgain(store);
    assertSealed(v1, fetch(beside, newest("my-secret")));
    var v2 = sealed("my-secret", 2);
    beside.append(v2);
    assertSealed(v2, fetch(store, newest("my-secret")));
    store.delete(name("my-secret"), 3, timeOf(3));
    assertInstanceOf(NotFound.class, fetch(beside, newest("my-secret")));
    store.close();
    SecretStore later = openAgain(beside);
    assertEquals(found(beside, "my-secret"), found(later, "my-secret"));
    assertEquals(3, found(later, "my-secret").version());
  }

  @Test
  void append_sameVersionFromManyWriters_succeedsForOne() throws Exception {
    SecretStore store = open();
    SecretStore beside = openAgain(store);
    for (long version = 1; version <= 10; version++) {
      SecretIdentity identity = identity("my-secret", version);
      var winner = new AtomicInteger(-1);
      var winners = new AtomicInteger();
      var start = new CountDownLatch(1);
      List<Callable<Void>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        SecretStore handle = i % 2 == 0 ? store : beside;
        writers.add(
            () -> {
              start.await();
              try {
                handle.append(
                    new SealedSecret(identity, new byte[] {(byte) writer}, timeOf(writer)));
                winner.set(writer);
                winners.incrementAndGet();
              } catch (SecretConflictException e) {
                assertSpeaksPlainly(e);
              }
              return null;
            });
      }
      runTogether(writers, start);
      assertEquals(1, winners.get());
      int won = winner.get();
      assertSealed(
          new SealedSecret(identity, new byte[] {(byte) won}, timeOf(won)),
          fetch(store, newest("my-secret")));
    }
  }

  @Test
  void append_manyWritersOfOneSecret_losesNothingAndLeavesNoGap() throws Exception {
    SecretStore store = open();
    SecretStore beside = openAgain(store);
    ConcurrentMap<Long, SealedSecret> acknowledged = new ConcurrentHashMap<>();
    var start = new CountDownLatch(1);
    List<Callable<Void>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      byte writer = (byte) i;
      SecretStore handle = i % 2 == 0 ? store : beside;
      writers.add(
          () -> {
            start.await();
            for (byte round = 0; round < 10; round++) {
              SealedSecret written = appendNext(handle, new byte[] {writer, round});
              assertEquals(null, acknowledged.put(written.identity().version(), written));
            }
            return null;
          });
    }
    runTogether(writers, start);

    Set<Long> expected = new HashSet<>();
    for (long version = 1; version <= WRITERS * 10L; version++) {
      expected.add(version);
    }
    assertEquals(expected, acknowledged.keySet());
    for (SealedSecret written : acknowledged.values()) {
      assertSealed(written, fetch(store, pinned("my-secret", written.identity().version())));
    }
  }

  private static SealedSecret appendNext(SecretStore store, byte[] ciphertext) {
    while (true) {
      long next = store.find(name("my-secret")).map(StoredSecret::version).orElse(0L) + 1;
      var secret = new SealedSecret(identity("my-secret", next), ciphertext, timeOf(next));
      try {
        store.append(secret);
        return secret;
      } catch (SecretConflictException e) {
        assertSpeaksPlainly(e);
      }
    }
  }

  @Test
  void anyMethod_closed_isUnavailable() {
    SecretStore store = open();
    store.append(sealed("my-secret", 1));
    SecretStore beside = openAgain(store);
    store.close();
    for (Executable call : calls(store)) {
      assertSpeaksPlainly(assertThrowsExactly(SecretUnavailableException.class, call));
    }
    assertEquals(1, found(beside, "my-secret").version());
    beside.append(sealed("my-secret", 2));
  }

  @Test
  void anyMethod_interrupted_isUnavailableAndKeepsFlag() {
    SecretStore store = open();
    var v1 = sealed("my-secret", 1);
    store.append(v1);
    store.append(sealed("doomed", 1));
    for (Executable call : calls(store)) {
      Thread.currentThread().interrupt();
      try {
        assertThrowsExactly(SecretUnavailableException.class, call);
      } finally {
        assertTrue(Thread.interrupted(), "The interrupt flag was lost.");
      }
    }
    StoredSecret after = found(store, "my-secret");
    assertTrue(after.version() <= 2, after.toString());
    assertSealed(v1, fetch(openAgain(store), pinned("my-secret", 1)));
    assertFalse(store.list().isEmpty());
  }

  private static List<Executable> calls(SecretStore store) {
    return List.of(
        () -> store.find(name("my-secret")),
        store::list,
        () -> store.append(sealed("my-secret", 2)),
        () -> store.append(sealed("another", 1)),
        () -> store.delete(name("doomed"), 2, Instant.EPOCH));
  }

  private static void assertConflict(Executable write) {
    assertSpeaksPlainly(assertThrowsExactly(SecretConflictException.class, write));
  }

  private static StoredSecret found(SecretStore store, String name) {
    return store.find(name(name)).orElseThrow();
  }

  private static SecretName name(String name) {
    return SecretName.parse(name);
  }
}
