/** Where sealed secrets are kept: sources that are also written. */
@NullMarked
package dev.latchkey.client.store;

import org.jspecify.annotations.NullMarked;
