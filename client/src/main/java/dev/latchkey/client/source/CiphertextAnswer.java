package dev.latchkey.client.source;

import dev.latchkey.SecretName;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.spi.SealedSecret;
import java.util.Optional;

/** What a source says of one {@link CiphertextQuery}. Immutable and thread-safe. */
public sealed interface CiphertextAnswer {
  /**
   * The ciphertext that was asked for.
   *
   * @param secret it, under the identity that the source claims; opening it proves the claim
   */
  record Sealed(SealedSecret secret) implements CiphertextAnswer {}

  /**
   * The known version is the one that would be sent.
   *
   * @param version the known version
   */
  record Unchanged(long version) implements CiphertextAnswer {}

  /**
   * There is no such secret or version, or it was deleted.
   *
   * @param nearest the name of a secret that may have been meant, from a source that can tell
   */
  record NotFound(Optional<SecretName> nearest) implements CiphertextAnswer {}

  /** The credential in use may not read this secret. */
  record Denied() implements CiphertextAnswer {}

  /**
   * What the source keeps of this secret is damaged; of the others of the request it is not.
   *
   * @param failure what is wrong, for whoever runs the source
   */
  record Damaged(SecretProtocolException failure) implements CiphertextAnswer {}
}
