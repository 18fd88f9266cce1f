/** The runtime protocol, as the services of this module read and write it. Not exported. */
@NullMarked
package dev.latchkey.testing.wire;

import org.jspecify.annotations.NullMarked;
