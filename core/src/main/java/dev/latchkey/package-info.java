/**
 * What applications and launchers use: {@link dev.latchkey.Secrets} to read a secret, {@link
 * dev.latchkey.LaunchEnvironment} to start a process that may read one, and the names, references
 * and values that both speak of.
 *
 * <p>Nothing in this package does I/O or holds a key. Values come from a {@link
 * dev.latchkey.spi.SecretResolver}.
 */
@NullMarked
package dev.latchkey;

import org.jspecify.annotations.NullMarked;
