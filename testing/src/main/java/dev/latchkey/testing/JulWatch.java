package dev.latchkey.testing;

import java.util.HashSet;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/** Shows a detector what is logged by java.util.logging, at every level. */
final class JulWatch extends Handler implements LeakDetector.LogWatch {
  private static final Logger ROOT = Logger.getLogger("");

  /**
   * Those at work. The root's level is put back when there are none, in whatever order they end.
   */
  private static final Set<JulWatch> ATTACHED = new HashSet<>();

  private static @Nullable Level level;

  private final LeakDetector detector;
  private final SimpleFormatter formatter = new SimpleFormatter();

  JulWatch(LeakDetector detector) {
    this.detector = detector;
  }

  @Override
  public void attach() {
    synchronized (ATTACHED) {
      if (ATTACHED.isEmpty()) {
        level = ROOT.getLevel();
      }
      ATTACHED.add(this);
      ROOT.removeHandler(this);
      ROOT.addHandler(this);
      ROOT.setLevel(Level.ALL);
    }
  }

  @Override
  public void detach() {
    synchronized (ATTACHED) {
      ATTACHED.remove(this);
      ROOT.removeHandler(this);
      if (ATTACHED.isEmpty()) {
        ROOT.setLevel(level);
      }
    }
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
