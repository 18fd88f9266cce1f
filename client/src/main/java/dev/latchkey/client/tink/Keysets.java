package dev.latchkey.client.tink;

import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.hybrid.HybridPrivateKey;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretUnavailableException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * The life of {@linkplain Keyset keysets}: generating, parsing, and keeping them in files.
 * Thread-safe.
 *
 * <p>The text of a keyset is Tink's JSON form, so that Tinkey and Tink in other languages read what
 * is written here and the other way round. The keys in it are for AEAD, or for hybrid encryption;
 * which of these, and which algorithm, the keyset alone decides.
 */
public final class Keysets {
  private Keysets() {}

  /** Returns a new keyset whose one AES256-GCM key seals and opens. */
  public static Keyset generate() {
    return generate(Keyset.Kind.AEAD);
  }

  /**
   * Returns a new private keyset for hybrid encryption with HPKE (RFC 9180: X25519, HKDF-SHA256,
   * AES-256-GCM). Those who hold only its {@linkplain Keyset#publicHalf public half} seal and
   * cannot open.
   */
  public static Keyset generateHybrid() {
    return generate(Keyset.Kind.HYBRID_PRIVATE);
  }

  private static Keyset generate(Keyset.Kind kind) {
    try {
      return new Keyset(
          KeysetHandle.generateNew(Algorithms.recommended(kind), Algorithms.configuration(kind)),
          kind);
    } catch (GeneralSecurityException e) {
      throw Algorithms.refused();
    }
  }

  /**
   * Returns the keyset that a text holds in the clear.
   *
   * @throws SecretConfigurationException if it holds none that seals or opens; the message says
   *     why, and nothing of the text
   */
  public static Keyset parse(String json) {
    return parse(json, null);
  }

  /**
   * Returns the keyset that a text holds, encrypted with the key of a key service. The service is
   * asked once, now.
   *
   * @param kmsUri the URI of the key, such as {@code aws-kms://…}, for the {@link
   *     com.google.crypto.tink.KmsClient} that supports it: one added to {@link
   *     com.google.crypto.tink.KmsClients}, else one found by {@link java.util.ServiceLoader}, with
   *     its default credentials
   * @throws SecretConfigurationException as in {@link #parse}, or if no client supports the URI
   * @throws SecretUnavailableException if the key service fails or does not decrypt the keyset
   */
  public static Keyset parseEncrypted(String json, String kmsUri) {
    try (KeyService.Once kms = new KeyService.Once(KeyService.find(kmsUri))) {
      try {
        return parse(json, kms);
      } catch (SecretConfigurationException e) {
        throw kms.failed() ? KeyService.failed(kmsUri) : e;
      }
    }
  }

  private static Keyset parse(String json, KeyService.@Nullable Once kms) {
    // The guess saves loading the classes of the other kind; a wrong one costs only time.
    boolean hybrid = json.contains("tink.Hpke") || json.contains("tink.Ecies");
    Keyset keyset = tryParse(json, kms, hybrid);
    if (keyset == null && (kms == null || !kms.failed())) {
      keyset = tryParse(json, kms, !hybrid);
    }
    if (keyset == null) {
      throw KeysetDiagnosis.of(json, kms != null);
    }
    return keyset;
  }

  private static @Nullable Keyset tryParse(
      String json, KeyService.@Nullable Once kms, boolean hybrid) {
    Configuration configuration =
        Algorithms.configuration(hybrid ? Keyset.Kind.HYBRID_PRIVATE : Keyset.Kind.AEAD);
    try {
      KeysetHandle handle =
          kms == null
              ? TinkJsonProtoKeysetFormat.parseKeyset(
                  json, configuration, InsecureSecretKeyAccess.get())
              : Keyset.decrypt(json, kms, configuration);
      // Throws if the primary key is missing or not enabled.
      var primary = handle.getPrimary().getKey();
      return new Keyset(handle, hybrid ? hybridKind(primary) : Keyset.Kind.AEAD);
    } catch (GeneralSecurityException | RuntimeException e) {
      return null;
    }
  }

  private static Keyset.Kind hybridKind(Object primary) {
    return primary instanceof HybridPrivateKey
        ? Keyset.Kind.HYBRID_PRIVATE
        : Keyset.Kind.HYBRID_PUBLIC;
  }

  /**
   * Returns the keyset that a file holds in the clear.
   *
   * <p>That others may read the file is no error, as it is to ssh: a keyset mounted from a
   * Kubernetes secret is readable by all in its container by default, and who else is there only
   * the operator knows.
   *
   * @throws SecretConfigurationException if the file cannot be read, and as in {@link #parse}
   */
  public static Keyset read(Path file) {
    try {
      return parse(KeysetFile.read(file));
    } catch (SecretConfigurationException e) {
      throw e.withProblem(KeysetFile.in(file, e));
    }
  }

  /**
   * Returns the keyset that a file holds, encrypted with the key of a key service.
   *
   * @throws SecretConfigurationException if the file cannot be read, and as in {@link
   *     #parseEncrypted}
   * @throws SecretUnavailableException as in {@link #parseEncrypted}
   */
  public static Keyset readEncrypted(Path file, String kmsUri) {
    try {
      return parseEncrypted(KeysetFile.read(file), kmsUri);
    } catch (SecretConfigurationException e) {
      throw e.withProblem(KeysetFile.in(file, e));
    }
  }

  /**
   * Writes the text of a keyset to a new file, which only its owner may read. The file appears
   * whole or not at all.
   *
   * @param json from {@link Keyset#toCleartextJson} or {@link Keyset#toEncryptedJson}
   * @throws SecretConflictException if the file exists; it is left as it is
   * @throws SecretConfigurationException if it cannot be written
   */
  public static void create(Path file, String json) {
    KeysetFile.create(file, json);
  }

  /**
   * Gives a file that holds a keyset in the clear a new primary key, and returns the new keyset.
   * The file is replaced whole, and keeps its owner, group and permissions.
   *
   * @throws SecretConflictException if another rotation is under way
   * @throws SecretConfigurationException if the file cannot be read or written, or holds no keyset
   *     that can be rotated
   */
  public static Keyset rotate(Path file) {
    try (KeysetFile.Replacement replacement = KeysetFile.replace(file)) {
      Keyset rotated = read(file).rotated();
      replacement.commit(rotated.toCleartextJson());
      return rotated;
    }
  }

  /**
   * Does as {@link #rotate(Path)} to a file that holds a keyset encrypted with the key of a key
   * service.
   *
   * @throws SecretUnavailableException as in {@link #parseEncrypted}
   */
  public static Keyset rotateEncrypted(Path file, String kmsUri) {
    try (KeysetFile.Replacement replacement = KeysetFile.replace(file)) {
      Keyset rotated = readEncrypted(file, kmsUri).rotated();
      replacement.commit(rotated.toEncryptedJson(kmsUri));
      return rotated;
    }
  }
}
