/**
 * Secrets in unit tests, without a server or a key; and the suites that implementations of the SPIs
 * pass.
 */
@NullMarked
package dev.latchkey.testing;

import org.jspecify.annotations.NullMarked;
