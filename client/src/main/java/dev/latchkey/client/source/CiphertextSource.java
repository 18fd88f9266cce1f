package dev.latchkey.client.source;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import java.util.List;
import java.util.Optional;

/**
 * Where ciphertexts come from. A source neither opens nor caches nor retries: those are its
 * caller's. Implementations are thread-safe.
 */
public interface CiphertextSource extends AutoCloseable {
  /** Returns the project that the secrets of this source belong to. */
  String project();

  /**
   * Returns a text that differs between sources whose answers may differ: where the source asks,
   * and as whom. What one was told is kept on disk for its like alone. It holds no credential, but
   * may hold its digest. A source that passes requests on to another returns the other's. The
   * default is empty: nothing is kept.
   *
   * @throws dev.latchkey.SecretException if the credential cannot be had
   */
  default Optional<String> identity() {
    return Optional.empty();
  }

  /**
   * Tells whether the source can hold its answer until there is news (long polling), see {@link
   * FetchRequest#hold}. Only such a source is watched; others are asked from time to time. The
   * default is false.
   */
  default boolean canHold() {
    return false;
  }

  /**
   * Loads what the first {@link #fetch} needs and asks for nothing, so that a starting process can
   * do something else meanwhile. Need not be called; never throws for what a fetch would throw for.
   */
  default void prepare() {}

  /**
   * Answers a request: one answer a query, in the order of the queries. Called on a thread of the
   * resolver's own; blocks for at most the request's timeout.
   *
   * <p>A query without a version is answered with the newest, a deleted secret's with {@link
   * CiphertextAnswer.NotFound}, as are its versions up to the deletion for good. A query whose
   * known version is the one to be sent is answered with {@link CiphertextAnswer.Unchanged}.
   *
   * @throws SecretUnavailableException if the source cannot be reached, does not answer in time, is
   *     closed, or the thread is interrupted (its flag stays set)
   * @throws SecretProtocolException if what comes back is not an answer to this request, or is
   *     damaged; nothing of it is kept
   * @throws SecretValueException if the answers are too large to be taken together; fewer queries
   *     may do
   * @throws SecretUnauthenticatedException if the credential is missing, expired or unknown
   * @throws SecretAccessDeniedException if the credential may not read in this project at all
   */
  List<CiphertextAnswer> fetch(FetchRequest request);

  /** Ends the source's threads and connections. Closing twice does nothing. */
  @Override
  void close();
}
