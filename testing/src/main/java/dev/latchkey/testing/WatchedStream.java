package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.util.Objects;

/** Passes on what is printed, after a look at it together with the end of what came before. */
final class WatchedStream extends OutputStream {
  /** Looks at bytes; the number says how much of the beginning has been looked at before. */
  interface Look {
    void at(String bytes, int before);

    /** How much of what came before is to be kept. */
    int reach();
  }

  private final PrintStream original;
  private final Look look;
  private String before = "";

  private WatchedStream(PrintStream original, Look look) {
    this.original = original;
    this.look = look;
  }

  /** Returns a stream that prints what another would have. */
  static PrintStream over(PrintStream original, Look look) {
    return new PrintStream(new WatchedStream(original, look), true, charset(original));
  }

  /** Only a newer JDK tells. */
  private static Charset charset(PrintStream stream) {
    try {
      Object charset = PrintStream.class.getMethod("charset").invoke(stream);
      return (Charset) Objects.requireNonNull(charset);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      return Charset.defaultCharset();
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    original.write(bytes, offset, length);
    synchronized (this) {
      String seen = before + new String(bytes, offset, length, ISO_8859_1);
      look.at(seen, before.length());
      before = seen.substring(Math.max(0, seen.length() - look.reach()));
    }
  }

  @Override
  public void flush() {
    original.flush();
  }
}
