/** Where sealed secrets come from: the {@link CiphertextSource} and the one that speaks HTTP. */
@NullMarked
package dev.latchkey.client.source;

import org.jspecify.annotations.NullMarked;
