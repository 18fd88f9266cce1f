package dev.latchkey.testing.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;

/**
 * Makes the server's socket. Those that it accepts send at once: else each answer would wait 40 ms
 * for an acknowledgement.
 */
final class LoopbackSockets extends ServerSocketFactory {
  /** By the order in which they were accepted, which is how MockWebServer numbers them. */
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();

  /** Ends a connection by a reset. */
  void reset(int connection) {
    Socket socket = accepted.get(connection);
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // The other side was first.
    }
  }

  @Override
  public ServerSocket createServerSocket() throws IOException {
    return new ServerSocket() {
      @Override
      public Socket accept() throws IOException {
        Socket socket = super.accept();
        socket.setTcpNoDelay(true);
        accepted.add(socket);
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
