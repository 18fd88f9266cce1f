package dev.latchkey.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.util.Objects;

/** Passes on what is printed, and lets it be looked at with the end of what came before. */
final class WatchedStream extends PrintStream {
  /** Looks at bytes. */
  interface Look {
    void at(SearchedText text);

    /** How much of what came before is to be kept. */
    int reach();
  }

  private final PrintStream original;
  private volatile boolean ended;

  /** Makes a stream that prints what another would have. */
  WatchedStream(PrintStream original, Look look) {
    super(new Tee(original, look), true, charset(original));
    this.original = original;
  }

  /** Lets it only pass on from now on, and be passed by once those over it have ended. */
  void end() {
    ended = true;
  }

  /** Returns a stream, or what is under it if it has ended. */
  static PrintStream unwrapped(PrintStream stream) {
    PrintStream next = stream;
    while (next instanceof WatchedStream watched && watched.ended) {
      next = watched.original;
    }
    return next;
  }

  /** Returns the charset of a stream, which only a newer JDK tells. */
  static Charset charset(PrintStream stream) {
    try {
      Object charset = PrintStream.class.getMethod("charset").invoke(stream);
      return (Charset) Objects.requireNonNull(charset);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      return Charset.defaultCharset();
    }
  }

  private static final class Tee extends OutputStream {
    private final PrintStream original;
    private final Look look;
    private String before = "";

    Tee(PrintStream original, Look look) {
      this.original = original;
      this.look = look;
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
        look.at(new SearchedText(seen, before.length()));
        before = seen.substring(Math.max(0, seen.length() - look.reach()));
      }
    }

    @Override
    public void flush() {
      original.flush();
    }
  }
}
