package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.testing.wire.WireAnswer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A request and its answer. Of several that would answer, such as news and the end of a hold, one
 * {@linkplain #claim claims} it. Thread-safe.
 */
final class Exchange {
  private final Request request;
  private final Response response;
  private final Callback callback;

  /** Of the server, taken while the request is there: it is gone once it is answered. */
  private final Executor executor;

  private final Scheduler scheduler;
  private final AtomicBoolean claimed = new AtomicBoolean();

  Exchange(Request request, Response response, Callback callback) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.executor = request.getComponents().getExecutor();
    this.scheduler = request.getComponents().getScheduler();
  }

  Request request() {
    return request;
  }

  /** Tells whether the caller is the one who answers. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  boolean isClaimed() {
    return claimed.get();
  }

  /** Returns the headers of the answer to come. */
  HttpFields.Mutable headers() {
    return response.getHeaders();
  }

  /** Answers. To be called once, by the one who has claimed it. */
  void answer(int status, String json) {
    write(response, callback, status, json);
  }

  /** Answers with something else than JSON. */
  void answer(int status, String type, byte[] body) {
    write(response, callback, status, type, body);
  }

  void error(int status, String message) {
    if (status == 401) {
      headers().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
    }
    answer(status, WireAnswer.error(status, message));
  }

  static void write(Response response, Callback callback, int status, String json) {
    write(response, callback, status, "application/json", json.getBytes(UTF_8));
  }

  private static void write(
      Response response, Callback callback, int status, String type, byte[] body) {
    response.setStatus(status);
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, type);
    headers.put(HttpHeader.CONTENT_LENGTH, body.length);
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    headers.put("X-Content-Type-Options", "nosniff");
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  /** Gives up: the client is not there any more. */
  void fail(Throwable cause) {
    callback.failed(cause);
  }

  /** Runs something on a thread of the server. */
  void execute(Runnable task) {
    executor.execute(task);
  }

  /** Runs something on a thread of the server, later. */
  Scheduler.Task schedule(Runnable task, Duration delay) {
    return scheduler.schedule(() -> execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }
}
