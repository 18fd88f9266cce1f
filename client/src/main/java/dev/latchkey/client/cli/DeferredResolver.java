package dev.latchkey.client.cli;

import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretValue;
import dev.latchkey.spi.SecretResolver;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A resolver that is made when the first reference needs it, so that what starts without secrets
 * needs no settings. Not thread-safe.
 */
final class DeferredResolver implements SecretResolver {
  private final Supplier<SecretResolver> maker;
  private @Nullable SecretResolver made;

  DeferredResolver(Supplier<SecretResolver> maker) {
    this.maker = maker;
  }

  private SecretResolver made() {
    if (made == null) {
      made = maker.get();
    }
    return made;
  }

  @Override
  public SecretValue resolve(SecretRef ref) {
    return made().resolve(ref);
  }

  @Override
  public Supplier<String> text(SecretRef ref) {
    return made().text(ref);
  }

  @Override
  public Map<SecretRef, SecretException> prefetch(Collection<SecretRef> refs) {
    return made().prefetch(refs);
  }

  @Override
  public SecretStatus status(SecretRef ref) {
    return made == null ? SecretStatus.NOT_LOADED : made.status(ref);
  }

  @Override
  public void close() {
    if (made != null) {
      made.close();
    }
  }
}
