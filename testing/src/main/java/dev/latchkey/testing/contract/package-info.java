/**
 * The suites that every source and every store of ciphertexts, every decryptor and every resolver
 * passes. An implementer extends one in a test class of their own and supplies what it runs
 * against.
 */
@NullMarked
package dev.latchkey.testing.contract;

import org.jspecify.annotations.NullMarked;
