package dev.latchkey.testing.contract;

import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkDecryptor;
import dev.latchkey.client.tink.TinkSealer;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.Sealer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;

class TinkDecryptorContractTest {
  abstract static class WithKeyset extends DecryptorContract {
    private final Keyset sealing;
    private final Keyset opening;
    private final Keyset other;

    /** Takes a keyset, and what seals and opens of it. */
    WithKeyset(
        Keyset keyset, UnaryOperator<Keyset> sealing, UnaryOperator<Keyset> opening, Keyset other) {
      this.sealing = sealing.apply(keyset);
      this.opening = opening.apply(keyset);
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
      super(
          Keysets.generate(),
          UnaryOperator.identity(),
          UnaryOperator.identity(),
          Keysets.generate());
    }
  }

  @Nested
  class Hybrid extends WithKeyset {
    Hybrid() {
      super(
          Keysets.generateHybrid(),
          Keyset::publicHalf,
          UnaryOperator.identity(),
          Keysets.generateHybrid());
    }
  }

  @Nested
  class Rotated extends WithKeyset {
    Rotated() {
      super(
          Keysets.generate(),
          UnaryOperator.identity(),
          Keyset::rotated,
          Keysets.generate().rotated());
    }
  }

  @Nested
  class RotatedHybrid extends WithKeyset {
    RotatedHybrid() {
      super(
          Keysets.generateHybrid(), Keyset::publicHalf, Keyset::rotated, Keysets.generateHybrid());
    }
  }
}
