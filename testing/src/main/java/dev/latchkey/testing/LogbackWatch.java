package dev.latchkey.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.AppenderBase;
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
      context.addTurboFilter(calls);
    }
    root().addAppender(events);
  }

  @Override
  public void detach() {
    context.getTurboFilterList().remove(calls);
    root().detachAppender(events);
  }

  private Logger root() {
    return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
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
        detector.lookAtLog(logger.getName(), call.getMessage(), call.getThrowable());
      }
      return FilterReply.NEUTRAL;
    }
  }

  private static final class Events extends AppenderBase<ILoggingEvent> {
    private final LeakDetector detector;

    Events(LeakDetector detector) {
      this.detector = detector;
    }

    @Override
    protected void append(ILoggingEvent event) {
      List<String> shown = new ArrayList<>();
      shown.add(String.valueOf(event.getFormattedMessage()));
      shown.addAll(event.getMDCPropertyMap().values());
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
            : pairs.stream().map(pair -> String.valueOf(pair.value)).toList();
      } catch (NoSuchMethodError e) {
        return List.of(); // Logback has them since 1.3.
      }
    }
  }
}
