package dev.latchkey.client;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;

/**
 * An HTTP/2 server that answers each request with a GOAWAY frame (RFC 9113, section 6.8) and ends
 * the connection. MockWebServer's never refuses the request under way.
 */
final class GoAwayServer implements AutoCloseable {
  private static final int PREFACE_BYTES = 24;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int END_STREAM = 1;

  private final AtomicInteger requests = new AtomicInteger();
  private final SSLServerSocket listening;
  private final int lastStream;
  private final int code;

  /**
   * Starts a server.
   *
   * @param lastStream the last stream that the server says it has taken
   * @param code why it goes
   */
  GoAwayServer(int lastStream, int code) {
    this.lastStream = lastStream;
    this.code = code;
    var certificates =
        new HandshakeCertificates.Builder().heldCertificate(FaultCertificates.GOOD).build();
    try {
      listening =
          (SSLServerSocket)
              certificates
                  .sslContext()
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    SSLParameters parameters = listening.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    listening.setSSLParameters(parameters);
    var thread = new Thread(this::serve, "go-away-server");
    thread.setDaemon(true);
    thread.start();
  }

  URI address() {
    return URI.create("https://127.0.0.1:" + listening.getLocalPort());
  }

  int requests() {
    return requests.get();
  }

  private void serve() {
    while (!listening.isClosed()) {
      try (SSLSocket socket = (SSLSocket) listening.accept()) {
        socket.setTcpNoDelay(true);
        serve(socket);
      } catch (IOException e) {
        // The client went first, or the test is over.
      }
    }
  }

  private void serve(SSLSocket socket) throws IOException {
    var in = new DataInputStream(socket.getInputStream());
    var out = new DataOutputStream(socket.getOutputStream());
    in.readFully(new byte[PREFACE_BYTES]);
    writeFrameHeader(out, 0, SETTINGS);
    out.flush();
    boolean asked = false;
    for (boolean whole = false; !whole; ) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      in.readInt();
      in.readFully(new byte[length]);
      asked |= type == HEADERS;
      whole = asked && type != SETTINGS && (flags & END_STREAM) != 0;
    }
    requests.incrementAndGet();
    writeFrameHeader(out, 8, GOAWAY);
    out.writeInt(lastStream);
    out.writeInt(code);
    out.flush();
    socket.shutdownOutput();
    in.transferTo(java.io.OutputStream.nullOutputStream());
  }

  private static void writeFrameHeader(DataOutputStream out, int length, int type)
      throws IOException {
    out.writeByte(0);
    out.writeShort(length);
    out.writeByte(type);
    out.writeByte(0);
    out.writeInt(0);
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
