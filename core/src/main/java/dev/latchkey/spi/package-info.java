/**
 * What implementers of a secrets back end provide: a {@link dev.latchkey.spi.SecretResolver}, or
 * the {@link dev.latchkey.spi.Decryptor} and {@link dev.latchkey.spi.Sealer} of the one that comes
 * with latchkey-client.
 */
@NullMarked
package dev.latchkey.spi;

import org.jspecify.annotations.NullMarked;
