package dev.latchkey.client;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.DecryptorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The decryptors of other makers, on the class path or module path. */
final class DecryptorProviders {
  private DecryptorProviders() {}

  /** Returns the decryptor of the first provider that the environment asks for, if any. */
  static @Nullable Decryptor find(Map<String, String> environment) {
    List<DecryptorProvider> providers = load(ServiceLoader.load(DecryptorProvider.class));
    if (providers.isEmpty()) {
      // A pool's thread may have the system's class loader where the app has one of its own.
      ClassLoader own = DecryptorProviders.class.getClassLoader();
      providers = load(ServiceLoader.load(DecryptorProvider.class, own));
    }
    for (DecryptorProvider provider : providers) {
      Optional<Decryptor> decryptor = create(provider, environment);
      if (decryptor.isPresent()) {
        return decryptor.get();
      }
    }
    return null;
  }

  private static List<DecryptorProvider> load(ServiceLoader<DecryptorProvider> loader) {
    try {
      // A loop: the first stream of a process costs it some 8 ms on the way to its first secret.
      List<DecryptorProvider> providers = new ArrayList<>();
      for (DecryptorProvider provider : loader) {
        providers.add(provider);
      }
      return providers;
    } catch (ServiceConfigurationError e) {
      throw new SecretConfigurationException(
          "A DecryptorProvider cannot be loaded: " + e.getMessage() + ".",
          "Mend or remove the library that brings it.");
    }
  }

  private static Optional<Decryptor> create(
      DecryptorProvider provider, Map<String, String> environment) {
    try {
      return provider.create(environment);
    } catch (SecretException e) {
      throw e;
    } catch (RuntimeException e) {
      // Its message may repeat what it was given, which is all the settings.
      throw new SecretConfigurationException(
          provider.getClass().getName() + " failed with " + e.getClass().getName() + ".",
          "Report this to its maker.");
    }
  }
}
