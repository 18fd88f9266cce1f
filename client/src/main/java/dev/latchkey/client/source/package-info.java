/**
 * Where sealed secrets come from: the {@link CiphertextSource} and the one that speaks HTTP; and
 * the {@link ProcessTokens} that an admin has made there.
 */
@NullMarked
package dev.latchkey.client.source;

import org.jspecify.annotations.NullMarked;
