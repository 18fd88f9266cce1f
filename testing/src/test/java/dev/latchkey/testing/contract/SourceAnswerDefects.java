package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.SuiteVariant.defect;
import static dev.latchkey.testing.contract.SuiteVariant.sound;

import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.testing.contract.MemoryStore.Version;
import dev.latchkey.testing.contract.SourceDefects.Maker;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** What can be wrong with a source's answers, and which tests of its suite must notice. */
final class SourceAnswerDefects {
  private SourceAnswerDefects() {}

  private static Maker asking(UnaryOperator<CiphertextQuery> change) {
    return content ->
        new MemoryStore(content) {
          @Override
          CiphertextAnswer answer(CiphertextQuery query) {
            return super.answer(change.apply(query));
          }
        };
  }

  private static Maker sending(UnaryOperator<SealedSecret> change) {
    return content ->
        new MemoryStore(content) {
          @Override
          CiphertextAnswer answer(CiphertextQuery query) {
            CiphertextAnswer answer = super.answer(query);
            return answer instanceof CiphertextAnswer.Sealed sealed
                ? new CiphertextAnswer.Sealed(change.apply(sealed.secret()))
                : answer;
          }
        };
  }

  private static Maker answering(UnaryOperator<List<CiphertextAnswer>> change) {
    return content ->
        new MemoryStore(content) {
          @Override
          public List<CiphertextAnswer> fetch(FetchRequest request) {
            return change.apply(new ArrayList<>(super.fetch(request)));
          }
        };
  }

  static final List<SuiteVariant<Maker>> ALL =
      List.of(
          sound("sound", MemoryStore::new),
          defect(
              "says another project",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public String project() {
                      return "contract-Project";
                    }
                  },
              "project_ofSource_isTheOneItWasMadeFor"),
          defect(
              "gives the first version as the newest",
              content ->
                  new MemoryStore(content) {
                    @Override
                    long newest(List<Version> all) {
                      return Math.min(1, all.size());
                    }
                  },
              "fetch_withoutPin_isNewest",
              "fetch_knownIsNewest_isUnchanged"),
          defect(
              "takes 9 for newer than 10",
              content ->
                  new MemoryStore(content) {
                    @Override
                    long newest(List<Version> all) {
                      return LongStream.rangeClosed(1, all.size())
                          .boxed()
                          .max(Comparator.comparing(String::valueOf))
                          .orElse(0L);
                    }
                  },
              "fetch_moreThanNineVersions_newestIsByNumber"),
          defect(
              "ignores the pin",
              asking(
                  query ->
                      new CiphertextQuery(
                          query.name(), OptionalLong.empty(), query.knownVersion())),
              "fetch_pinned_isThatVersion",
              "fetch_versionNeverMade_isNotFound",
              "fetch_pinnedAndKnown_isUnchangedForThePinAlone",
              "fetch_createdAgain_isFoundFromThereOn"),
          defect(
              "gives the newest for a version that comes later",
              content ->
                  new MemoryStore(content) {
                    @Override
                    CiphertextAnswer answer(CiphertextQuery query) {
                      long most = newest(versions(query.name()));
                      return super.answer(
                          query.version().orElse(0) > most
                              ? CiphertextQuery.newest(query.name())
                              : query);
                    }
                  },
              "fetch_versionNeverMade_isNotFound",
              "fetch_oneNameManyTimes_answersEachQueryForItself"),
          defect(
              "never says unchanged",
              asking(
                  query ->
                      new CiphertextQuery(query.name(), query.version(), OptionalLong.empty())),
              "fetch_knownIsNewest_isUnchanged",
              "fetch_pinnedAndKnown_isUnchangedForThePinAlone",
              "fetch_nameInOtherCase_isTheSameSecret",
              "fetch_mostQueries_answersEachInOrder",
              "fetch_oneNameManyTimes_answersEachQueryForItself",
              "fetch_holdWithoutNews_endsUnchanged",
              "fetch_holdOverTimeout_endsInTime"),
          defect(
              "says unchanged to whoever holds some version",
              content ->
                  new MemoryStore(content) {
                    @Override
                    CiphertextAnswer answer(CiphertextQuery query) {
                      return query.knownVersion().isPresent()
                          ? new CiphertextAnswer.Unchanged(query.knownVersion().getAsLong())
                          : super.answer(query);
                    }
                  },
              "fetch_knownIsNotNewest_isSealed",
              "fetch_pinnedAndKnown_isUnchangedForThePinAlone",
              "fetch_nameNeverUsed_isNotFound",
              "fetch_versionNeverMade_isNotFound",
              "fetch_deleted_isNotFoundInAnyVersion",
              "fetch_createdAgain_isFoundFromThereOn",
              "fetch_holdWithNews_answersAtOnce"),
          defect(
              "gives the nearest secret for an unknown one",
              content ->
                  new MemoryStore(content) {
                    @Override
                    List<Version> versions(SecretName name) {
                      return content.versions.containsKey(name)
                          ? super.versions(name)
                          : nearest(name).map(super::versions).orElse(List.of());
                    }
                  },
              "fetch_nameNeverUsed_isNotFound"),
          defect(
              "offers the unknown name as the nearest",
              content ->
                  new MemoryStore(content) {
                    @Override
                    Optional<SecretName> nearest(SecretName wanted) {
                      return Optional.of(wanted);
                    }
                  },
              "fetch_nameNeverUsed_isNotFound",
              "fetch_emptyProject_isNotFound",
              "fetch_deleted_isNotFoundInAnyVersion"),
          defect(
              "throws where a secret is not found",
              content ->
                  new MemoryStore(content) {
                    @Override
                    Optional<SecretName> nearest(SecretName wanted) {
                      throw new SecretNotFoundException("No such secret.", "Create it.");
                    }
                  },
              "fetch_nameNeverUsed_isNotFound",
              "fetch_emptyProject_isNotFound",
              "fetch_versionNeverMade_isNotFound",
              "fetch_deleted_isNotFoundInAnyVersion",
              "fetch_mostQueries_answersEachInOrder"),
          defect(
              "gives pinned versions of a deleted secret",
              content ->
                  new MemoryStore(content) {
                    @Override
                    CiphertextAnswer answer(CiphertextQuery query) {
                      long version = query.version().orElse(0);
                      List<Version> all = versions(query.name());
                      return version > 0 && version <= all.size()
                          ? all.get((int) version - 1)
                              .sealed()
                              .<CiphertextAnswer>map(CiphertextAnswer.Sealed::new)
                              .orElseGet(() -> super.answer(query))
                          : super.answer(query);
                    }
                  },
              "fetch_deleted_isNotFoundInAnyVersion",
              "fetch_createdAgain_isFoundFromThereOn"),
          defect(
              "knows of the first deletion alone",
              content ->
                  new MemoryStore(content) {
                    @Override
                    long lastDeletion(List<Version> all) {
                      long first = all.stream().takeWhile(v -> !v.deletion()).count() + 1;
                      return first > all.size() ? 0 : first;
                    }
                  },
              "fetch_createdAgain_isFoundFromThereOn"),
          defect(
              "keeps a name deleted that was created again",
              content ->
                  new MemoryStore(content) {
                    @Override
                    CiphertextAnswer answer(CiphertextQuery query) {
                      return lastDeletion(versions(query.name())) > 0
                          ? new CiphertextAnswer.NotFound(Optional.empty())
                          : super.answer(query);
                    }
                  },
              "fetch_createdAgain_isFoundFromThereOn"),
          defect(
              "knows names in one case",
              content ->
                  new MemoryStore(content) {
                    @Override
                    CiphertextAnswer answer(CiphertextQuery query) {
                      String written =
                          find(query.name()).map(s -> s.name().toString()).orElse("none");
                      return written.equals(query.name().toString())
                          ? super.answer(query)
                          : new CiphertextAnswer.NotFound(Optional.empty());
                    }
                  },
              "fetch_nameInOtherCase_isTheSameSecret"),
          defect(
              "has no room for long names",
              content ->
                  new MemoryStore(content) {
                    @Override
                    List<Version> versions(SecretName name) {
                      return name.toString().length() < SecretName.MAX_LENGTH
                          ? super.versions(name)
                          : List.of();
                    }
                  },
              "fetch_longestName_isFound"),
          defect(
              "cuts ciphertexts at 1 MiB",
              sending(
                  secret ->
                      new SealedSecret(
                          secret.identity(),
                          Arrays.copyOf(
                              secret.ciphertext(), Math.min(secret.ciphertext().length, 1 << 20)),
                          secret.createdAt())),
              "fetch_anyCiphertext_isUnchangedByTheWay"),
          defect(
              "sends text",
              sending(
                  secret ->
                      new SealedSecret(
                          secret.identity(),
                          secret.identity().toString().getBytes(StandardCharsets.UTF_8),
                          secret.createdAt())),
              "fetch_withoutPin_isNewest",
              "fetch_anyCiphertext_isUnchangedByTheWay"),
          defect(
              "rounds times to milliseconds",
              sending(
                  secret ->
                      new SealedSecret(
                          secret.identity(),
                          secret.ciphertext(),
                          secret.createdAt().truncatedTo(ChronoUnit.MILLIS))),
              "fetch_withoutPin_isNewest",
              "fetch_anyCiphertext_isUnchangedByTheWay"),
          defect(
              "answers in reverse order",
              answering(
                  answers -> {
                    Collections.reverse(answers);
                    return answers;
                  }),
              "fetch_mostQueries_answersEachInOrder",
              "fetch_oneNameManyTimes_answersEachQueryForItself"),
          defect(
              "answers at most fifty queries",
              answering(answers -> answers.subList(0, Math.min(50, answers.size()))),
              "fetch_mostQueries_answersEachInOrder"),
          defect(
              "gives equal answers once",
              answering(answers -> List.copyOf(new LinkedHashSet<>(answers))),
              "fetch_mostQueries_answersEachInOrder"),
          defect(
              "answers all queries of a name as the first",
              content ->
                  new MemoryStore(content) {
                    @Override
                    public List<CiphertextAnswer> fetch(FetchRequest request) {
                      CiphertextQuery first = request.queries().get(0);
                      return request.queries().stream()
                          .map(query -> query.name().equals(first.name()) ? first : query)
                          .map(this::answer)
                          .toList();
                    }
                  },
              "fetch_mostQueries_answersEachInOrder",
              "fetch_oneNameManyTimes_answersEachQueryForItself"));
}
