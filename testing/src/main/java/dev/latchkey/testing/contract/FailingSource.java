package dev.latchkey.testing.contract;

import dev.latchkey.SecretException;
import dev.latchkey.client.source.CiphertextSource;
import java.time.Duration;

/**
 * A source that cannot answer, and how it must say so.
 *
 * @param what what is wrong with it, for the name of the test
 * @param source it, which the suite closes
 * @param timeout the timeout of the suite's requests to it: short for one that never answers, ample
 *     for the others
 * @param failure the exact type of the exception
 */
public record FailingSource(
    String what,
    CiphertextSource source,
    Duration timeout,
    Class<? extends SecretException> failure) {}
