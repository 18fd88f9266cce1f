/**
 * The client: {@link dev.latchkey.client.SecretsClient} fetches sealed secrets, opens them once on
 * arrival and keeps them sealed in memory.
 */
@NullMarked
package dev.latchkey.client;

import org.jspecify.annotations.NullMarked;
