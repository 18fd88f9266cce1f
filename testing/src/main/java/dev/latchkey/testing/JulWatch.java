package dev.latchkey.testing;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/** Shows a detector what is logged by java.util.logging, at every level. */
final class JulWatch extends Handler implements LeakDetector.LogWatch {
  private final LeakDetector detector;
  private final SimpleFormatter formatter = new SimpleFormatter();
  private final Logger root = Logger.getLogger("");
  private final @Nullable Level level = root.getLevel();

  JulWatch(LeakDetector detector) {
    this.detector = detector;
  }

  @Override
  public void attach() {
    root.removeHandler(this);
    root.addHandler(this);
    root.setLevel(Level.ALL);
  }

  @Override
  public void detach() {
    root.removeHandler(this);
    root.setLevel(level);
  }

  @Override
  public void publish(LogRecord record) {
    detector.lookAtLog(
        String.valueOf(record.getLoggerName()),
        formatter.formatMessage(record),
        record.getThrown());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
