package dev.latchkey.testing;

import dev.latchkey.SecretBinding;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.spi.SecretResolver;
import java.util.HashMap;
import java.util.Map;

/** A resolver of fakes for the contract, which is in another package, and what writes to it. */
public final class ContractFakes {
  private final FakeResolver resolver = new FakeResolver();
  private final Map<SecretName, Integer> versions = new HashMap<>();

  public SecretResolver resolver() {
    return resolver;
  }

  /** Adds a version: a variable bound to it for good, and the next value of the unpinned one. */
  public void put(SecretName name, byte[] value) {
    int version = versions.merge(name, 1, Integer::sum);
    String variable = name.toString().replaceAll("[^a-z0-9]", "_");
    SecretRef newest = SecretRef.of(name);
    resolver.add(
        new SecretBinding(variable + "__" + version, newest.withVersion(version)),
        SecretValue.copyOf(value));
    if (version == 1) {
      resolver.add(new SecretBinding(variable, newest), SecretValue.copyOf(value));
    } else {
      resolver.change(variable, (secret, now) -> secret.add(SecretValue.copyOf(value), now));
    }
  }
}
