package dev.latchkey.testing;

import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.spi.SecretResolver;
import dev.latchkey.testing.contract.ResolverExtra;
import dev.latchkey.testing.contract.SecretResolverContract;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Runs the suite from another package, against what the interface does by itself. */
class DefaultsContractTest extends SecretResolverContract {
  private final Map<SecretName, List<byte[]>> versions = new ConcurrentHashMap<>();

  private final class Smallest implements SecretResolver {
    private volatile boolean closed;

    @Override
    public SecretValue resolve(SecretRef ref) {
      if (closed) {
        throw new SecretUnavailableException("The resolver is closed.", "Make another.");
      }
      List<byte[]> all = versions.getOrDefault(ref.name(), List.of());
      long version = ref.version().orElse(all.size());
      if (version == 0 || version > all.size()) {
        throw new SecretNotFoundException("No secret named '" + ref.name() + "'.", "Create it.");
      }
      if (ref.field().isPresent()) {
        throw new SecretValueException("'" + ref.name() + "' has no fields.", "Read it whole.");
      }
      return SecretValue.copyOf(all.get((int) version - 1));
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Override
  protected SecretResolver resolver() {
    return new Smallest();
  }

  @Override
  protected void put(String name, byte[] value) {
    versions.computeIfAbsent(SecretName.parse(name), n -> new ArrayList<>()).add(value.clone());
  }

  @Override
  protected Set<ResolverExtra> lacking() {
    return EnumSet.allOf(ResolverExtra.class);
  }
}
