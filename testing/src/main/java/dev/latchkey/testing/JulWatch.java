package dev.latchkey.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
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
  private final Runnable configured = this::attach;
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
      if (ATTACHED.add(this)) {
        LogManager.getLogManager().addConfigurationListener(configured);
      }
      ROOT.setLevel(Level.ALL);
      heads().forEach(this::add);
    }
  }

  @Override
  public void detach() {
    LogManager.getLogManager().removeConfigurationListener(configured);
    synchronized (ATTACHED) {
      ATTACHED.remove(this);
      heads().forEach(logger -> logger.removeHandler(this));
      if (ATTACHED.isEmpty() && Level.ALL.equals(ROOT.getLevel())) {
        ROOT.setLevel(level);
      }
    }
  }

  private void add(Logger logger) {
    logger.removeHandler(this);
    logger.addHandler(this);
  }

  /** Returns the root, and the loggers whose records it does not get. */
  private static List<Logger> heads() {
    List<Logger> heads = new ArrayList<>(List.of(ROOT));
    LogManager loggers = LogManager.getLogManager();
    for (String name : Collections.list(loggers.getLoggerNames())) {
      Logger logger = loggers.getLogger(name);
      if (logger != null && !logger.getUseParentHandlers() && logger != ROOT) {
        heads.add(logger);
      }
    }
    return heads;
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
