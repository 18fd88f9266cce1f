package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.SuiteVariant.defect;

import dev.latchkey.SecretName;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.StoredSecret;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import dev.latchkey.testing.contract.MemoryStore.Content;
import dev.latchkey.testing.contract.MemoryStore.Version;
import dev.latchkey.testing.contract.SourceDefects.Maker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** What can be wrong with a store besides what can be with a source. */
final class StoreDefects {
  private static final Instant AGES_AGO = Instant.EPOCH;
  private static final Swap<SecretStore> WRITERS = new Swap<>();

  private StoreDefects() {}

  @ExtendWith(SuiteRun.VariantName.class)
  static final class Suite extends SecretStoreContract {
    private final Maker maker;

    Suite(String variant) {
      maker = SuiteVariant.named(variant, ALL);
    }

    @Override
    protected SecretStore store() {
      return maker.make(new Content(null));
    }

    @Override
    protected SecretStore reopen(SecretStore store) {
      return maker.make(((MemoryStore) store).content);
    }

    @Override
    protected List<FailingSource> failingSources() {
      return SourceDefects.failing(maker);
    }
  }

  /** Tells of a secret otherwise than a sound store does. */
  private interface Description {
    StoredSecret describe(StoredSecret sound, SecretName asked, List<Version> all);
  }

  private static Maker describing(Description description) {
    return content ->
        new MemoryStore(content) {
          @Override
          StoredSecret describe(SecretName asked, List<Version> all) {
            return description.describe(super.describe(asked, all), asked, all);
          }
        };
  }

  private static StoredSecret named(SecretName name, StoredSecret secret) {
    return new StoredSecret(
        name, secret.version(), secret.deleted(), secret.createdAt(), secret.updatedAt());
  }

  private static Maker listing(BinaryOperator<List<StoredSecret>> change) {
    return content ->
        new MemoryStore(content) {
          @Override
          public List<StoredSecret> list() {
            List<StoredSecret> all =
                content.versions.keySet().stream().map(name -> find(name).orElseThrow()).toList();
            return change.apply(super.list(), all);
          }
        };
  }

  /** Which writes are no conflict. */
  private interface Rule {
    boolean allows(long number, Version version, List<Version> all);
  }

  private static Maker checking(Rule rule) {
    return content ->
        new MemoryStore(content) {
          @Override
          void check(long number, Version version) {
            if (!rule.allows(number, version, versions(version.name()))) {
              throw conflict(version.name());
            }
          }
        };
  }

  private static Content copy(Content content) {
    var copy = new Content(content.fault);
    content.versions.forEach((name, all) -> copy.versions.put(name, new ArrayList<>(all)));
    return copy;
  }

  private static final List<SuiteVariant<Maker>> OWN =
      List.of(
          defect(
              "finds a version 1 of what was never used",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public Optional<StoredSecret> find(SecretName name) {
                      var none = new StoredSecret(name, 1, true, AGES_AGO, AGES_AGO);
                      return Optional.of(super.find(name).orElse(none));
                    }
                  },
              "find_neverUsed_isEmpty",
              "append_firstIsNotOne_isConflictAndWritesNothing",
              "append_otherProject_isRefused",
              "delete_neverUsed_isConflict"),
          defect(
              "tells the name as it was asked for",
              describing((secret, asked, all) -> named(asked, secret)),
              "find_oneVersion_tellsAllButTheValue",
              "find_manyVersions_tellsFirstTimeAndNewestNameAndTime"),
          defect(
              "tells the name as it was written first",
              describing((secret, asked, all) -> named(all.get(0).name(), secret)),
              "find_manyVersions_tellsFirstTimeAndNewestNameAndTime"),
          defect(
              "tells names in lower case",
              describing(
                  (secret, asked, all) ->
                      named(SecretName.parse(secret.name().canonical()), secret)),
              "find_oneVersion_tellsAllButTheValue",
              "list_liveAndDeleted_isTheLiveByName"),
          defect(
              "tells the newest time for the first",
              describing(
                  (secret, asked, all) ->
                      new StoredSecret(
                          secret.name(),
                          secret.version(),
                          secret.deleted(),
                          secret.updatedAt(),
                          secret.updatedAt())),
              "find_manyVersions_tellsFirstTimeAndNewestNameAndTime",
              "find_deleted_tellsTheDeletion",
              "find_createdAgain_tellsTheNewLife"),
          defect(
              "tells the first time of all lives",
              content ->
                  new MemoryStore(content) {
                    @Override
                    int first(List<Version> all) {
                      return 0;
                    }
                  },
              "find_createdAgain_tellsTheNewLife"),
          defect(
              "finds nothing of what is deleted",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public Optional<StoredSecret> find(SecretName name) {
                      return super.find(name).filter(secret -> !secret.deleted());
                    }
                  },
              "find_deleted_tellsTheDeletion",
              "delete_deleted_isConflict",
              "reopen_afterWrites_showsThemAll"),
          defect(
              "lists what is deleted",
              listing((live, all) -> all),
              "list_liveAndDeleted_isTheLiveByName"),
          defect(
              "lists by name in reverse",
              listing(
                  (live, all) ->
                      live.stream()
                          .sorted(Comparator.comparing(StoredSecret::name).reversed())
                          .toList()),
              "list_liveAndDeleted_isTheLiveByName"),
          defect(
              "lists something where there is nothing",
              listing(
                  (live, all) ->
                      live.isEmpty()
                          ? List.of(
                              new StoredSecret(
                                  SecretName.parse("none"), 1, false, AGES_AGO, AGES_AGO))
                          : live),
              "list_emptyStore_isEmpty",
              "append_firstIsNotOne_isConflictAndWritesNothing"),
          defect(
              "takes any number for the first",
              checking((number, version, all) -> all.isEmpty() || number == all.size() + 1),
              "append_firstIsNotOne_isConflictAndWritesNothing",
              "delete_neverUsed_isConflict",
              "delete_deleted_isConflict"),
          defect(
              "leaves gaps between versions",
              checking((number, version, all) -> number > all.size()),
              "append_firstIsNotOne_isConflictAndWritesNothing",
              "append_notTheNextVersion_isConflictAndChangesNothing",
              "delete_notTheNextVersion_isConflictAndChangesNothing"),
          defect(
              "makes a version twice",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void add(long number, Version version) {
                      List<Version> all = versions(version.name());
                      if (number <= all.size()) {
                        all.set((int) number - 1, version);
                      } else {
                        super.add(number, version);
                      }
                    }
                  },
              "append_notTheNextVersion_isConflictAndChangesNothing",
              "append_nameInOtherCase_isTheSameSecret",
              "append_afterDeletion_goesOnCounting",
              "append_sameVersionFromManyWriters_succeedsForOne",
              "delete_notTheNextVersion_isConflictAndChangesNothing"),
          defect(
              "writes before it looks for a conflict",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void add(long number, Version version) {
                      synchronized (content) {
                        boolean next = number == versions(version.name()).size() + 1;
                        write(version);
                        if (!next) {
                          throw conflict(version.name());
                        }
                      }
                    }
                  },
              "append_firstIsNotOne_isConflictAndWritesNothing",
              "append_notTheNextVersion_isConflictAndChangesNothing",
              "delete_notTheNextVersion_isConflictAndChangesNothing"),
          defect(
              "counts from 1 again after a deletion",
              checking(
                  (number, version, all) -> {
                    boolean again = !all.isEmpty() && all.get(all.size() - 1).deletion();
                    return number == (again ? 1 : all.size() + 1);
                  }),
              "append_afterDeletion_goesOnCounting",
              "fetch_createdAgain_isFoundFromThereOn"),
          defect(
              "writes names of another case beside",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void check(long number, Version version) {
                      String written = version.name().toString();
                      long alike =
                          versions(version.name()).stream()
                              .filter(each -> each.name().toString().equals(written))
                              .count();
                      if (number != alike + 1) {
                        throw conflict(version.name());
                      }
                    }
                  },
              "append_nameInOtherCase_isTheSameSecret"),
          defect(
              "takes secrets of another project",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public void append(SealedSecret secret) {
                      SecretIdentity identity = secret.identity();
                      super.append(
                          new SealedSecret(
                              new SecretIdentity(project(), identity.name(), identity.version()),
                              secret.ciphertext(),
                              secret.createdAt()));
                    }
                  },
              "append_otherProject_isRefused"),
          defect(
              "keeps the caller's array",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public void append(SealedSecret secret) {
                      enter();
                      add(
                          secret.identity().version(),
                          new Version(
                              secret.identity().name(), Optional.of(secret), secret.createdAt()));
                    }
                  },
              "append_arrayChangedAfterwards_isAsItWas",
              "append_otherProject_isRefused"),
          defect(
              "deletes what is not there",
              checking((number, version, all) -> number == all.size() + 1),
              "delete_neverUsed_isConflict",
              "delete_deleted_isConflict"),
          defect(
              "deletes whatever the number",
              checking(
                  (number, version, all) ->
                      version.deletion() ? !all.isEmpty() : number == all.size() + 1),
              "delete_notTheNextVersion_isConflictAndChangesNothing",
              "delete_deleted_isConflict"),
          defect(
              "reads what was there when it was opened",
              content ->
                  new MemoryStore(content) {
                    private final Content opened = copy(content);

                    @Override
                    List<Version> versions(SecretName name) {
                      return opened.versions.getOrDefault(name, List.of());
                    }

                    @Override
                    void write(Version version) {
                      super.write(version);
                      opened.versions.put(
                          version.name(), new ArrayList<>(super.versions(version.name())));
                    }
                  },
              "reopen_afterWrites_showsThemAll"),
          defect(
              "forgets what is not in the handle that wrote it",
              content -> new MemoryStore(new Content(content.fault)),
              "reopen_afterWrites_showsThemAll",
              "anyMethod_closed_isUnavailable",
              "append_sameVersionFromManyWriters_succeedsForOne"),
          defect(
              "looks before it locks",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void add(long number, Version version) {
                      synchronized (content) {
                        check(number, version);
                      }
                      WRITERS.swap(this);
                      synchronized (content) {
                        write(version);
                      }
                    }
                  },
              "append_sameVersionFromManyWriters_succeedsForOne",
              "append_manyWritersOfOneSecret_losesNothingAndLeavesNoGap"),
          defect(
              "reads and writes when it is closed",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public void close() {
                      // Nothing is closed.
                    }
                  },
              "anyMethod_closed_isUnavailable"),
          defect(
              "closes all handles with one",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public void close() {
                      super.close();
                      content.versions.clear();
                    }
                  },
              "anyMethod_closed_isUnavailable",
              "reopen_afterWrites_showsThemAll"),
          defect(
              "lists when it is interrupted",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public List<StoredSecret> list() {
                      return List.of();
                    }
                  },
              "anyMethod_interrupted_isUnavailableAndKeepsFlag",
              "list_liveAndDeleted_isTheLiveByName"),
          defect(
              "takes the interrupt's flag in any method",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void enter() {
                      if (Thread.interrupted()) {
                        throw unavailable();
                      }
                    }
                  },
              "anyMethod_interrupted_isUnavailableAndKeepsFlag"),
          defect(
              "loses a secret when it is interrupted",
              content ->
                  new MemoryStore(content) {
                    @Override
                    void enter() {
                      if (Thread.currentThread().isInterrupted()) {
                        content.versions.clear();
                      }
                      super.enter();
                    }
                  },
              "anyMethod_interrupted_isUnavailableAndKeepsFlag"));

  static final List<SuiteVariant<Maker>> ALL =
      Stream.concat(SourceDefects.ALL.stream(), OWN.stream()).toList();
}
