package dev.latchkey.testing.contract;

import dev.latchkey.SecretName;
import dev.latchkey.client.SecretsClient;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.StoredSecret;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import dev.latchkey.spi.SecretResolver;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class SecretsClientContractTest {
  private static final String PROJECT = "contract-project";

  abstract static class OverStore extends SecretResolverContract {
    private static final Keyset KEYSET = Keysets.generate();

    private final SecretStore store;

    /** Takes the store to write, which the client closes. */
    OverStore(SecretStore store) {
      this.store = store;
    }

    /** Sets how rotations are noticed. */
    abstract SecretsClient.Builder configure(SecretsClient.Builder builder);

    @Override
    protected SecretResolver resolver() {
      return configure(SecretsClient.builder(store, TinkDecryptor.of(KEYSET))).build();
    }

    @Override
    protected void put(String name, byte[] value) {
      SecretName parsed = SecretName.parse(name);
      long next = store.find(parsed).map(StoredSecret::version).orElse(0L) + 1;
      var identity = new SecretIdentity(PROJECT, parsed, next);
      byte[] sealed = TinkSealer.of(KEYSET).seal(identity, value);
      store.append(new SealedSecret(identity, sealed, Instant.EPOCH));
    }
  }

  @Nested
  class Asking extends OverStore {
    Asking(@TempDir Path root) {
      super(DirectoryStore.open(root, PROJECT));
    }

    @Override
    SecretsClient.Builder configure(SecretsClient.Builder builder) {
      return builder.fresh(Duration.ofMillis(20));
    }
  }
}
