package dev.latchkey.client.store;

import dev.latchkey.SecretName;
import java.time.Instant;

/**
 * What a store tells of a secret: all but its value. Immutable and thread-safe.
 *
 * @param name the name, as written with the newest version
 * @param version the newest version, from 1
 * @param deleted whether the newest version is the mark of a deletion
 * @param createdAt when the first version since the last deletion was made; of a deleted secret,
 *     the first of the versions that the deletion ended
 * @param updatedAt when the newest version was made
 */
public record StoredSecret(
    SecretName name, long version, boolean deleted, Instant createdAt, Instant updatedAt) {}
