package dev.latchkey.testing.contract;

import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import dev.latchkey.testing.contract.MemoryStore.Content;
import dev.latchkey.testing.contract.MemoryStore.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** What can be wrong with a source: the suite that must notice, and all of its defects. */
final class SourceDefects {
  private SourceDefects() {}

  interface Maker {
    MemoryStore make(Content content);
  }

  @ExtendWith(SuiteRun.VariantName.class)
  static final class Suite extends CiphertextSourceContract {
    private final Maker maker;

    Suite(String variant) {
      maker = SuiteVariant.named(variant, ALL);
    }

    @Override
    protected CiphertextSource source(List<SealedSecret> versions, Set<SecretIdentity> deletions) {
      List<Version> history = new ArrayList<>();
      versions.forEach(v -> history.add(version(v.identity(), Optional.of(v))));
      deletions.forEach(identity -> history.add(version(identity, Optional.empty())));
      history.sort(Comparator.comparing(Version::at));
      MemoryStore store = maker.make(new Content(null));
      history.forEach(store::write);
      return store;
    }

    private static Version version(SecretIdentity identity, Optional<SealedSecret> sealed) {
      return new Version(identity.name(), sealed, timeOf(identity.version()));
    }

    @Override
    protected List<FailingSource> failingSources() {
      return failing(maker);
    }
  }

  /** Returns the sources that a store makes of content which cannot be read. */
  static List<FailingSource> failing(Maker maker) {
    return List.of(
        failing(
            maker,
            SecretUnavailableException.class,
            () -> new SecretUnavailableException("It is away.", "Look for it.")),
        failing(
            maker,
            SecretProtocolException.class,
            () -> new SecretProtocolException("It is damaged.", "Mend it.")));
  }

  private static FailingSource failing(
      Maker maker, Class<? extends SecretException> type, Supplier<SecretException> fault) {
    return new FailingSource(
        type.getSimpleName(),
        maker.make(new Content(fault)),
        CiphertextSourceContract.TIMEOUT,
        type);
  }

  static final List<SuiteVariant<Maker>> ALL =
      Stream.concat(SourceAnswerDefects.ALL.stream(), SourceCallDefects.ALL.stream()).toList();
}
