package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.SuiteVariant.defect;
import static dev.latchkey.testing.contract.SuiteVariant.sound;

import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretName;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtendWith;

/** What can be wrong with a sealer and its decryptor, and which tests must notice. */
final class DecryptorDefects {
  private static final Swap<byte[]> OPENED = new Swap<>();

  private DecryptorDefects() {}

  interface Maker {
    MemoryCipher make(byte key);
  }

  @ExtendWith(SuiteRun.VariantName.class)
  static final class Suite extends DecryptorContract {
    private final Maker maker;

    Suite(String variant) {
      maker = SuiteVariant.named(variant, ALL);
    }

    @Override
    protected Sealer sealer() {
      return maker.make((byte) 1);
    }

    @Override
    protected Decryptor decryptor() {
      return maker.make((byte) 1);
    }

    @Override
    protected Decryptor decryptorWithOtherKey() {
      return maker.make((byte) 2);
    }
  }

  private static Maker authenticating(Function<SecretIdentity, byte[]> data) {
    return key ->
        new MemoryCipher(key) {
          @Override
          byte[] associatedData(SecretIdentity identity) {
            return data.apply(identity);
          }
        };
  }

  private static Maker failing(Function<SealedSecret, SecretDecryptionException> failure) {
    return key ->
        new MemoryCipher(key) {
          @Override
          SecretDecryptionException failure(SealedSecret sealed) {
            return failure.apply(sealed);
          }
        };
  }

  private static SecretDecryptionException failure(String words, SealedSecret sealed) {
    return new SecretDecryptionException(
        "The ciphertext of " + sealed.identity() + " " + words + ".", "Look at the key.");
  }

  private static SecretDecryptionException withCause(SecretDecryptionException cause) {
    return cause.withProblem(cause.problem());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] append(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  static final List<SuiteVariant<Maker>> ALL =
      List.of(
          sound("sound", MemoryCipher::new),
          defect(
              "cuts values at 64 KiB",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] seal(SecretIdentity identity, byte[] value) {
                      return super.seal(
                          identity, Arrays.copyOf(value, Math.min(value.length, 1 << 16)));
                    }
                  },
              "open_sealed_isTheValue"),
          defect(
              "gives an empty value a byte",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] open(SealedSecret sealed) {
                      byte[] value = super.open(sealed);
                      return value.length == 0 ? new byte[1] : value;
                    }
                  },
              "open_sealed_isTheValue"),
          defect(
              "takes values for text",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] seal(SecretIdentity identity, byte[] value) {
                      return super.seal(identity, utf8(new String(value, StandardCharsets.UTF_8)));
                    }
                  },
              "open_sealed_isTheValue"),
          defect(
              "overwrites the value that it sealed",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] seal(SecretIdentity identity, byte[] value) {
                      byte[] sealed = super.seal(identity, value);
                      Arrays.fill(value, (byte) 0);
                      return sealed;
                    }
                  },
              "sealAndOpen_anyValue_leaveTheirArgumentsAlone"),
          defect(
              "overwrites the ciphertext that it opened",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] open(SealedSecret sealed) {
                      byte[] value = super.open(sealed);
                      Arrays.fill(sealed.ciphertext(), (byte) 0);
                      return value;
                    }
                  },
              "sealAndOpen_anyValue_leaveTheirArgumentsAlone"),
          defect(
              "gives its own array",
              key ->
                  new MemoryCipher(key) {
                    private byte[] last = new byte[0];

                    @Override
                    public byte[] open(SealedSecret sealed) {
                      byte[] value = super.open(sealed);
                      if (!Arrays.equals(last, value)) {
                        last = value;
                      }
                      return last;
                    }
                  },
              "sealAndOpen_anyValue_leaveTheirArgumentsAlone"),
          defect(
              "uses a nonce again",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    byte[] iv() {
                      return new byte[IV_BYTES];
                    }
                  },
              "seal_sameValueTwice_differs"),
          defect(
              "has the value beside its ciphertext",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] seal(SecretIdentity identity, byte[] value) {
                      return append(append(super.seal(identity, value), value), new byte[1]);
                    }

                    @Override
                    public byte[] open(SealedSecret sealed) {
                      byte[] all = sealed.ciphertext();
                      int length = Math.max(0, (all.length - IV_BYTES - 16 - 1) / 2);
                      byte[] own = Arrays.copyOf(all, Math.max(0, all.length - length - 1));
                      return super.open(
                          new SealedSecret(sealed.identity(), own, sealed.createdAt()));
                    }
                  },
              "seal_anyValue_doesNotShowIt",
              "open_anyByteChanged_fails"),
          defect(
              "does not authenticate the project",
              authenticating(
                  identity ->
                      new SecretIdentity("any", identity.name(), identity.version())
                          .associatedData()),
              "open_otherIdentity_fails"),
          defect(
              "does not authenticate the name",
              authenticating(
                  identity ->
                      new SecretIdentity(
                              identity.project(), SecretName.parse("any"), identity.version())
                          .associatedData()),
              "open_otherIdentity_fails"),
          defect(
              "does not authenticate the version",
              authenticating(
                  identity ->
                      new SecretIdentity(identity.project(), identity.name(), 1).associatedData()),
              "open_otherIdentity_fails"),
          defect(
              "authenticates the parts without their lengths",
              authenticating(
                  identity ->
                      utf8(identity.project() + identity.name().canonical() + identity.version())),
              "open_partsMovedBetweenNameAndProject_fails"),
          defect(
              "authenticates the name as it is written",
              authenticating(identity -> utf8(identity.toString())),
              "open_nameInOtherCase_isTheValue"),
          defect(
              "authenticates the time",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] open(SealedSecret sealed) {
                      if (sealed.createdAt().equals(Instant.EPOCH)) {
                        return super.open(sealed);
                      }
                      throw failure(sealed);
                    }
                  },
              "open_otherTime_isTheValue"),
          defect("has one key", key -> new MemoryCipher((byte) 7), "open_otherKey_fails"),
          defect(
              "names its key",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    SecretDecryptionException failure(SealedSecret sealed) {
                      return DecryptorDefects.failure("does not open with key " + key, sealed);
                    }
                  },
              "open_otherKey_fails"),
          defect(
              "gives nothing for what does not open",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] open(SealedSecret sealed) {
                      try {
                        return super.open(sealed);
                      } catch (SecretDecryptionException e) {
                        return new byte[0];
                      }
                    }
                  },
              "open_otherIdentity_fails",
              "open_partsMovedBetweenNameAndProject_fails",
              "open_otherKey_fails",
              "open_anyByteChanged_fails",
              "open_cutLengthenedOrEmpty_failsInTheSameWords"),
          defect(
              "ignores the last byte",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] seal(SecretIdentity identity, byte[] value) {
                      return append(super.seal(identity, value), new byte[1]);
                    }

                    @Override
                    public byte[] open(SealedSecret sealed) {
                      byte[] all = sealed.ciphertext();
                      byte[] own = Arrays.copyOf(all, Math.max(0, all.length - 1));
                      return super.open(
                          new SealedSecret(sealed.identity(), own, sealed.createdAt()));
                    }
                  },
              "open_anyByteChanged_fails"),
          defect(
              "falls over an empty ciphertext",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] open(SealedSecret sealed) {
                      if (sealed.ciphertext().length == 0) {
                        throw new IndexOutOfBoundsException(0);
                      }
                      return super.open(sealed);
                    }
                  },
              "open_cutLengthenedOrEmpty_failsInTheSameWords"),
          defect(
              "tells how long the ciphertext is",
              failing(
                  secret -> failure("of " + secret.ciphertext().length + " does not open", secret)),
              "open_cutLengthenedOrEmpty_failsInTheSameWords"),
          defect(
              "tells why",
              failing(secret -> withCause(failure("does not open", secret))),
              "open_otherIdentity_fails",
              "open_otherKey_fails"),
          defect(
              "does not say which secret",
              failing(secret -> new SecretDecryptionException("It does not open.", "Look at it.")),
              "open_otherIdentity_fails",
              "open_anyByteChanged_fails"),
          defect(
              "throws one exception again and again",
              key ->
                  new MemoryCipher(key) {
                    private final List<SecretDecryptionException> thrown = new ArrayList<>();

                    @Override
                    SecretDecryptionException failure(SealedSecret sealed) {
                      thrown.add(super.failure(sealed));
                      return thrown.get(0);
                    }
                  },
              "open_cutLengthenedOrEmpty_failsInTheSameWords"),
          defect(
              "tells the value that it opened last",
              key ->
                  new MemoryCipher(key) {
                    private byte[] last = new byte[0];

                    @Override
                    public byte[] open(SealedSecret sealed) {
                      byte[] value = super.open(sealed);
                      last = value;
                      return value;
                    }

                    @Override
                    SecretDecryptionException failure(SealedSecret sealed) {
                      String value = new String(last, StandardCharsets.UTF_8);
                      return DecryptorDefects.failure("is not " + value, sealed);
                    }
                  },
              "open_anyByteChanged_fails"),
          defect(
              "mixes up the values of two threads",
              key ->
                  new MemoryCipher(key) {
                    @Override
                    public byte[] open(SealedSecret sealed) {
                      return OPENED.swap(super.open(sealed));
                    }
                  },
              "open_manyThreads_eachGetsItsOwn"));
}
