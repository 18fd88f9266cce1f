package dev.latchkey.client;

import java.io.StringWriter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** All that is logged by anybody, at any level, while it is open. */
public final class RecordedLog extends Handler implements AutoCloseable {
  private final Logger root = Logger.getLogger("");
  private final Level level = root.getLevel();
  private final StringWriter log = new StringWriter();

  /** Begins to record. */
  public RecordedLog() {
    setLevel(Level.ALL);
    setFormatter(new SimpleFormatter());
    root.setLevel(Level.ALL);
    root.addHandler(this);
  }

  /** Returns all that was logged so far. */
  public String text() {
    return log.toString();
  }

  @Override
  public void publish(LogRecord logged) {
    log.write(getFormatter().format(logged));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    root.removeHandler(this);
    root.setLevel(level);
  }
}
