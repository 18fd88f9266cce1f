package dev.latchkey.testing.contract;

import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.Sealer;
import org.junit.jupiter.api.Nested;

class TinkDecryptorContractTest {
  abstract static class WithKeyset extends DecryptorContract {
    private final Keyset sealing;
    private final Keyset opening;
    private final Keyset other;

    WithKeyset(Keyset sealing, Keyset opening, Keyset other) {
      this.sealing = sealing;
      this.opening = opening;
      this.other = other;
    }

    @Override
    protected Sealer sealer() {
      return TinkSealer.of(sealing);
    }

    @Override
    protected Decryptor decryptor() {
      return TinkDecryptor.of(opening);
    }

    @Override
    protected Decryptor decryptorWithOtherKey() {
      return TinkDecryptor.of(other);
    }
  }

  @Nested
  class Aead extends WithKeyset {
    Aead() {
      this(Keysets.generate());
    }

    private Aead(Keyset keyset) {
      super(keyset, keyset, Keysets.generate());
    }
  }

  @Nested
  class Hybrid extends WithKeyset {
    Hybrid() {
      this(Keysets.generateHybrid());
    }

    private Hybrid(Keyset keyset) {
      super(keyset.publicHalf(), keyset, Keysets.generateHybrid());
    }
  }

  @Nested
  class Rotated extends WithKeyset {
    Rotated() {
      this(Keysets.generate());
    }

    private Rotated(Keyset old) {
      super(old, old.rotated(), Keysets.generate().rotated());
    }
  }

  @Nested
  class RotatedHybrid extends WithKeyset {
    RotatedHybrid() {
      this(Keysets.generateHybrid());
    }

    private RotatedHybrid(Keyset old) {
      super(old.publicHalf(), old.rotated(), Keysets.generateHybrid());
    }
  }
}
