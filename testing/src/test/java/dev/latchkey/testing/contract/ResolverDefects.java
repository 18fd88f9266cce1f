package dev.latchkey.testing.contract;

import dev.latchkey.Registration;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.spi.SecretResolver;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** What can be wrong with a resolver: the suite that must notice, and all of its defects. */
final class ResolverDefects {
  private ResolverDefects() {}

  @ExtendWith(SuiteRun.VariantName.class)
  static final class Suite extends SecretResolverContract {
    private final MemoryResolver memory;

    Suite(String variant) {
      memory = SuiteVariant.named(variant, ALL).get();
    }

    @Override
    protected SecretResolver resolver() {
      return memory;
    }

    @Override
    protected void put(String name, byte[] value) {
      memory.put(SecretName.parse(name), value);
    }

    @Override
    protected Set<ResolverExtra> lacking() {
      return memory.lacking();
    }
  }

  /** A resolver that does without all that it may. */
  static final class Plain extends MemoryResolver {
    @Override
    Set<ResolverExtra> lacking() {
      return EnumSet.allOf(ResolverExtra.class);
    }

    @Override
    byte[] field(SecretRef ref, byte[] value) {
      if (ref.field().isPresent()) {
        throw noField(ref, value);
      }
      return value;
    }

    @Override
    public synchronized SecretStatus status(SecretRef ref) {
      return SecretStatus.NOT_LOADED;
    }

    @Override
    public Registration onRotation(SecretRef ref, Runnable listener) {
      return () -> {};
    }
  }

  static final List<SuiteVariant<Supplier<MemoryResolver>>> ALL =
      Stream.of(ResolverValueDefects.ALL, ResolverStateDefects.ALL, ResolverRotationDefects.ALL)
          .flatMap(List::stream)
          .toList();
}
