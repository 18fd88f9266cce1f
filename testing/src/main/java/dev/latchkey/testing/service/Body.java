package dev.latchkey.testing.service;

import dev.latchkey.testing.wire.RefusedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Reads the body of a request as it comes, without a thread that waits for it, and overwrites each
 * buffer that it came in: there may be a value in it.
 */
final class Body implements Runnable {
  private static final int FIRST_BYTES = 2 << 10;

  /**
   * How many times the limit is read before the connection is closed: a client that is still
   * sending then sees no answer.
   */
  private static final int PATIENCE = 4;

  private final Exchange exchange;
  private final int maxBytes;
  private final Consumer<byte[]> use;
  private final Consumer<RefusedException> refusal;
  private final Scheduler.Task deadline;

  /** Whether it is read or given up, of which only one can come true. */
  private final AtomicBoolean over = new AtomicBoolean();

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;
  private long received;

  private Body(
      Exchange exchange, Limits limits, Consumer<byte[]> use, Consumer<RefusedException> refusal) {
    this.exchange = exchange;
    this.maxBytes = limits.bodyBytes();
    this.use = use;
    this.refusal = refusal;
    this.deadline =
        exchange.schedule(
            () -> {
              if (over.compareAndSet(false, true)) {
                refuse(408, "The body took over " + limits.body().toSeconds() + " s.");
              }
            },
            limits.body());
  }

  /**
   * Reads the body of a request.
   *
   * @param use called with the body, which is overwritten afterwards
   * @param refusal called instead if it is too large, too slow or broken off
   */
  static void read(
      Exchange exchange, Limits limits, Consumer<byte[]> use, Consumer<RefusedException> refusal) {
    new Body(exchange, limits, use, refusal).run();
  }

  /** Takes what has come; called again when there is more. */
  @Override
  public void run() {
    while (!over.get()) {
      Content.Chunk chunk = exchange.request().read();
      if (chunk == null) {
        exchange.request().demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        if (end()) {
          refuse(400, "The body was broken off.");
        }
        return;
      }
      boolean last = chunk.isLast();
      take(chunk.getByteBuffer());
      chunk.release();
      if (received > (long) PATIENCE * maxBytes || (last && received > maxBytes)) {
        if (end()) {
          refuse(413, "A body is at most " + maxBytes + " bytes.");
        }
        return;
      }
      if (last) {
        finish();
        return;
      }
    }
    Arrays.fill(bytes, (byte) 0);
  }

  private void take(ByteBuffer buffer) {
    int from = buffer.position();
    int size = buffer.remaining();
    received += size;
    if (received <= maxBytes) {
      makeRoom(size);
      buffer.get(bytes, length, size);
      length += size;
    }
    if (!buffer.isReadOnly()) {
      for (int i = from; i < from + size; i++) {
        buffer.put(i, (byte) 0);
      }
    }
  }

  private void makeRoom(int size) {
    if (size > bytes.length - length) {
      byte[] larger = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + size));
      Arrays.fill(bytes, (byte) 0);
      bytes = larger;
    }
  }

  private void finish() {
    byte[] body = Arrays.copyOf(bytes, length);
    try {
      if (end()) {
        use.accept(body);
      }
    } finally {
      Arrays.fill(body, (byte) 0);
    }
  }

  /** Ends the reading, and tells whether the deadline has not done so before. */
  private boolean end() {
    deadline.cancel();
    Arrays.fill(bytes, (byte) 0);
    return over.compareAndSet(false, true);
  }

  private void refuse(int status, String message) {
    exchange.headers().put(HttpHeader.CONNECTION, "close");
    refusal.accept(new RefusedException(status, message));
  }
}
