package dev.latchkey;

import dev.latchkey.spi.SecretResolver;
import dev.latchkey.spi.SecretResolverProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * The gate to an environment's resolver: it opens only to a Flow or Work process, and the resolver
 * is made when the first reference needs it. A process with plain variables alone needs neither a
 * role nor a resolver.
 */
final class Opener implements AutoCloseable {
  private final Map<String, String> environment;
  private final @Nullable ProcessRole givenRole;
  private final boolean owned;
  private @Nullable SecretResolver made;
  private volatile @Nullable SecretResolver opened;
  private boolean closed;

  Opener(
      Map<String, String> environment,
      @Nullable ProcessRole role,
      @Nullable SecretResolver resolver) {
    this.environment = environment;
    this.givenRole = role;
    this.owned = resolver == null;
    this.made = resolver;
  }

  /** Returns the resolver, which is made at the first call that succeeds. */
  SecretResolver resolver() {
    SecretResolver resolver = opened;
    return resolver != null ? resolver : open();
  }

  /** Returns the resolver if one is open already. */
  Optional<SecretResolver> ifOpen() {
    return Optional.ofNullable(opened);
  }

  private synchronized SecretResolver open() {
    if (givenRole == null && ProcessRole.of(environment).isEmpty()) {
      throw new SecretAccessDeniedException(
          "This is neither a Flow nor a Work process, and only those open secrets.",
          "Start it with `latchkey run`, or set "
              + ProcessRole.VARIABLE
              + " to flow or work; to run without secrets, put a plain value in the variable, or in"
              + " a test use latchkey-testing.");
    }
    if (closed) {
      throw new IllegalStateException("This environment is closed.");
    }
    if (made == null) {
      made = provider().create(environment);
    }
    opened = made;
    return made;
  }

  private static SecretResolverProvider provider() {
    List<SecretResolverProvider> providers = load(ServiceLoader.load(SecretResolverProvider.class));
    if (providers.isEmpty()) {
      // A pool's thread may have the system's class loader where the app has one of its own.
      ClassLoader own = SecretResolverProvider.class.getClassLoader();
      providers = load(ServiceLoader.load(SecretResolverProvider.class, own));
    }
    return switch (providers.size()) {
      case 0 ->
          throw new SecretConfigurationException(
              "Nothing here resolves secrets: no SecretResolverProvider was found.",
              "Add latchkey-client to the class path or module path.");
      case 1 -> providers.get(0);
      default ->
          throw new SecretConfigurationException(
              "More than one SecretResolverProvider was found: "
                  + String.join(
                      ", ", providers.stream().map(p -> p.getClass().getName()).sorted().toList())
                  + ".",
              "Keep one of them on the class path, or build a SecretEnvironment with the resolver"
                  + " that you want.");
    };
  }

  private static List<SecretResolverProvider> load(ServiceLoader<SecretResolverProvider> loader) {
    try {
      // A loop: the first stream of a process costs it some 8 ms on the way to its first secret.
      List<SecretResolverProvider> providers = new ArrayList<>();
      for (SecretResolverProvider provider : loader) {
        providers.add(provider);
      }
      return providers;
    } catch (ServiceConfigurationError e) {
      throw new SecretConfigurationException(
          "A SecretResolverProvider cannot be loaded: " + e.getMessage() + ".",
          "Mend or remove the library that brings it.");
    }
  }

  /** Closes the resolver if it was made here; none is made afterwards. */
  @Override
  public synchronized void close() {
    if (!owned || closed) {
      return;
    }
    closed = true;
    opened = null;
    if (made != null) {
      made.close();
    }
  }
}
