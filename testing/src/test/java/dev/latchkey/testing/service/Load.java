package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Many connections with a request each, on the caller's thread alone: what asks takes as little of
 * the processors as it can from what answers. Not thread-safe.
 */
final class Load implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final byte[] HEAD_END = "\r\n\r\n".getBytes(ISO_8859_1);
  private static final String LENGTH = "content-length:";

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /**
   * How long answers took, sorted, in nanoseconds, how many there were a second, and how much of
   * the processors each took in this JVM, which asks and answers.
   */
  record Result(List<Long> nanos, double perSecond, double processorMillis) {
    double millis(double quantile) {
      return nanos.get((int) ((nanos.size() - 1) * quantile)) / 1e6;
    }
  }

  private final class Connection {
    final SocketChannel channel;
    final ByteBuffer answer = ByteBuffer.allocate(BUFFER_BYTES);
    ByteBuffer request = ByteBuffer.allocate(0);
    long sent;

    /** Of the answer; 0 until its head has come. */
    int length;

    Connection(int port) throws IOException {
      channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send(byte[] bytes) throws IOException {
      sent = System.nanoTime();
      request = ByteBuffer.wrap(bytes);
      answer.clear();
      length = 0;
      while (request.hasRemaining()) { // Small enough for the socket's buffer.
        channel.write(request);
      }
    }

    /** Reads what has come, and tells whether that is all of the answer. */
    boolean read() throws IOException {
      if (channel.read(answer) < 0) {
        throw new IOException("A connection was closed.");
      }
      if (length == 0) {
        length = length();
      }
      return length > 0 && answer.position() >= length;
    }

    private int length() throws IOException {
      byte[] bytes = answer.array();
      for (int i = 0; i + HEAD_END.length <= answer.position(); i++) {
        if (Arrays.equals(bytes, i, i + HEAD_END.length, HEAD_END, 0, HEAD_END.length)) {
          String head = new String(bytes, 0, i + 2, ISO_8859_1).toLowerCase(Locale.ROOT);
          if (!head.startsWith("http/1.1 200 ")) {
            throw new IOException(
                "An answer is " + new String(bytes, 0, answer.position(), ISO_8859_1));
          }
          int from = head.indexOf(LENGTH) + LENGTH.length();
          int size = Integer.parseInt(head.substring(from, head.indexOf('\r', from)).strip());
          return i + HEAD_END.length + size;
        }
      }
      return 0;
    }
  }

  private final Selector selector;
  private final List<Connection> connections = new ArrayList<>();

  Load(URI server, int count) throws IOException {
    selector = Selector.open();
    for (int i = 0; i < count; i++) {
      connections.add(new Connection(server.getPort()));
    }
  }

  /** Returns the text of a request. */
  static byte[] request(String method, String path, String authorization, String body) {
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
            + authorization
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n";
    return (head + body).getBytes(ISO_8859_1);
  }

  /** Has each connection send one request after another, for some time. */
  Result run(Supplier<byte[]> requests, Duration time) throws IOException {
    long begun = System.nanoTime();
    long processor = SYSTEM.getProcessCpuTime();
    long end = begun + time.toNanos();
    sendAll(requests);
    List<Long> took = new ArrayList<>();
    int open = connections.size();
    while (open > 0) {
      for (Connection connection : answered()) {
        long now = System.nanoTime();
        took.add(now - connection.sent);
        if (now < end) {
          connection.send(requests.get());
        } else {
          open--;
        }
      }
    }
    double seconds = (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
    return result(took, seconds, SYSTEM.getProcessCpuTime() - processor);
  }

  /** Has each connection send a request. */
  void sendAll(Supplier<byte[]> requests) throws IOException {
    for (Connection connection : connections) {
      connection.send(requests.get());
    }
  }

  /** Waits until all are answered, and tells how long after a moment each was. */
  Result awaitAll(long begun) throws IOException {
    List<Long> took = new ArrayList<>();
    while (took.size() < connections.size()) {
      for (Connection unused : answered()) {
        took.add(System.nanoTime() - begun);
      }
    }
    return result(took, 0, 0);
  }

  /** Returns how many bytes the last answer has. */
  int lastBytes() {
    return connections.get(0).answer.position();
  }

  private static Result result(List<Long> took, double seconds, long processorNanos) {
    List<Long> nanos = took.stream().sorted().toList();
    return new Result(nanos, nanos.size() / seconds, processorNanos / 1e6 / nanos.size());
  }

  private List<Connection> answered() throws IOException {
    if (selector.select(TimeUnit.SECONDS.toMillis(30)) == 0) {
      throw new IOException("There was no answer for 30 s.");
    }
    List<Connection> answered = new ArrayList<>();
    for (SelectionKey key : selector.selectedKeys()) {
      var connection = (Connection) key.attachment();
      if (connection.read()) {
        answered.add(connection);
      }
    }
    selector.selectedKeys().clear();
    return answered;
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.channel.close();
    }
    selector.close();
  }
}
