/**
 * The {@code latchkey} command: makes keysets, writes secrets, and starts processes that may read
 * them. {@link dev.latchkey.client.cli.Latchkey} is where it begins; each subcommand is a class.
 */
@NullMarked
package dev.latchkey.client.cli;

import org.jspecify.annotations.NullMarked;
