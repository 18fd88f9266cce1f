/** Sealing and opening with Tink keysets. */
@NullMarked
package dev.latchkey.client.tink;

import org.jspecify.annotations.NullMarked;
