/** Where sealed secrets are kept: sources that are also written, and the cache on disk. */
@NullMarked
package dev.latchkey.client.store;

import org.jspecify.annotations.NullMarked;
