package dev.latchkey.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.FilterReply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;

/**
 * Shows a detector what is logged by SLF4J with Logback: the messages of every level, whether it is
 * enabled or not; and what else belongs to the events of those that are, such as the MDC.
 */
final class LogbackWatch implements LeakDetector.LogWatch {
  private final LoggerContext context;
  private final Calls calls;
  private final Events events;
  private final Resets resets = new Resets();

  private LogbackWatch(LoggerContext context, LeakDetector detector) {
    this.context = context;
    calls = new Calls(detector);
    events = new Events(detector);
    events.setContext(context);
    events.start();
  }

  /** Returns what watches Logback, or null where SLF4J logs to something else. */
  static LeakDetector.@Nullable LogWatch of(LeakDetector detector) {
    return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        ? new LogbackWatch(context, detector)
        : null;
  }

  @Override
  public void attach() {
    if (!context.getTurboFilterList().contains(calls)) {
      // First, since one that denies ends the round.
      context.getTurboFilterList().add(0, calls);
    }
    root().addAppender(events);
    context.removeListener(resets);
    context.addListener(resets);
  }

  @Override
  public void detach() {
    context.removeListener(resets);
    context.getTurboFilterList().remove(calls);
    root().detachAppender(events);
  }

  private Logger root() {
    return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  /** Looks on after a new configuration. */
  private final class Resets implements LoggerContextListener {
    @Override
    public boolean isResetResistant() {
      return true;
    }

    @Override
    public void onReset(LoggerContext context) {
      events.start();
      attach();
    }

    @Override
    public void onStart(LoggerContext context) {}

    @Override
    public void onStop(LoggerContext context) {}

    @Override
    public void onLevelChange(Logger logger, Level level) {}
  }

  private static final class Calls extends TurboFilter {
    private final LeakDetector detector;

    Calls(LeakDetector detector) {
      this.detector = detector;
    }

    /** All is null where a logger is asked whether a level is enabled. */
    @Override
    public FilterReply decide(
        @Nullable Marker marker,
        Logger logger,
        Level level,
        @Nullable String format,
        Object @Nullable [] arguments,
        @Nullable Throwable thrown) {
      if (format != null || thrown != null) {
        FormattingTuple call =
            thrown == null
                ? MessageFormatter.arrayFormat(format, arguments)
                : MessageFormatter.arrayFormat(format, arguments, thrown);
        String message = call.getMessage() + (marker == null ? "" : " " + marker);
        detector.lookAtLog(logger.getName(), message, call.getThrowable());
      }
      return FilterReply.NEUTRAL;
    }
  }

  private static final class Events extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private final LeakDetector detector;

    Events(LeakDetector detector) {
      this.detector = detector;
    }

    @Override
    protected void append(ILoggingEvent event) {
      List<String> shown = new ArrayList<>();
      shown.add(String.valueOf(event.getFormattedMessage()));
      event.getMDCPropertyMap().forEach((key, value) -> shown.add(key + "=" + value));
      shown.addAll(pairs(event));
      Throwable thrown =
          event.getThrowableProxy() instanceof ThrowableProxy proxy ? proxy.getThrowable() : null;
      detector.lookAtLog(event.getLoggerName(), String.join("\n", shown), thrown);
    }

    private static List<String> pairs(ILoggingEvent event) {
      try {
        List<KeyValuePair> pairs = event.getKeyValuePairs();
        return pairs == null
            ? List.of()
            : pairs.stream().map(pair -> pair.key + "=" + pair.value).toList();
      } catch (NoSuchMethodError e) {
        return List.of(); // Logback has them since 1.3.
      }
    }
  }
}
