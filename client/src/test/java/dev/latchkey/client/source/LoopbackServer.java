package dev.latchkey.client.source;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.net.ServerSocketFactory;
import mockwebserver3.MockWebServer;

/** Starts servers that answer at once: without TCP_NODELAY each answer waits 40 ms for an ACK. */
public final class LoopbackServer {
  private LoopbackServer() {}

  public static MockWebServer start() throws IOException {
    MockWebServer server = unstarted();
    server.start();
    return server;
  }

  static MockWebServer unstarted() {
    var server = new MockWebServer();
    server.setServerSocketFactory(new NoDelay());
    return server;
  }

  private static final class NoDelay extends ServerSocketFactory {
    @Override
    public ServerSocket createServerSocket() throws IOException {
      return new ServerSocket() {
        @Override
        public Socket accept() throws IOException {
          Socket socket = super.accept();
          socket.setTcpNoDelay(true);
          return socket;
        }
      };
    }

    @Override
    public ServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
      throw new UnsupportedOperationException();
    }
  }
}
