package dev.latchkey.client.source;

import dev.latchkey.SecretName;
import java.util.OptionalLong;

/**
 * A question about one secret. Immutable and thread-safe.
 *
 * @param name the secret
 * @param version the version that is asked for, from 1; empty for the newest
 * @param knownVersion the version that the asker holds, which need not be sent again; empty for
 *     none
 */
public record CiphertextQuery(SecretName name, OptionalLong version, OptionalLong knownVersion) {
  /** Returns a question for the newest version of a secret. */
  public static CiphertextQuery newest(SecretName name) {
    return new CiphertextQuery(name, OptionalLong.empty(), OptionalLong.empty());
  }

  /** Returns a question for one version of a secret, from 1. */
  public static CiphertextQuery pinned(SecretName name, long version) {
    return new CiphertextQuery(name, OptionalLong.of(version), OptionalLong.empty());
  }

  /** Returns this question from an asker who holds the given version, from 1. */
  public CiphertextQuery withKnownVersion(long knownVersion) {
    return new CiphertextQuery(name, version, OptionalLong.of(knownVersion));
  }
}
