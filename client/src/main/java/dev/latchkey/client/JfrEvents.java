package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded: references, names, numbers and the types of failures, whose messages stay out.
 *
 * <p>All are recorded when they are over and on the client's own threads, hence without a duration
 * of JDK Flight Recorder's and without a stack trace.
 */
final class JfrEvents {
  private static final String CATEGORY = "Latchkey";

  private JfrEvents() {}

  @Name("dev.latchkey.Fetch")
  @Label("Fetch")
  @Category(CATEGORY)
  @Description("A finished request to the source, its retries included.")
  @StackTrace(false)
  static final class Fetch extends Event {
    @Label("Kind")
    @Description("FETCH: somebody waited for it; REFRESH: to renew values; WATCH: to hear of news.")
    final String kind;

    @Label("Secrets")
    @Description("How many secrets it asked for.")
    final int secrets;

    @Label("Tries")
    @Description("How often it was sent; 0 if it was not, because the source is left alone.")
    final int tries;

    @Label("Elapsed Time")
    @Description("From its beginning to its end, pauses between tries included.")
    @Timespan(Timespan.NANOSECONDS)
    final long elapsed;

    @Label("Failure")
    @Description("The type of failure, if there was no answer.")
    final @Nullable String failure;

    Fetch(FetchEvent event) {
      kind = event.kind().name();
      secrets = event.secrets();
      tries = event.tries();
      elapsed = event.duration().toNanos();
      failure = event.failure().map(JfrEvents::type).orElse(null);
    }
  }

  @Name("dev.latchkey.Rotation")
  @Label("Rotation")
  @Category(CATEGORY)
  @Description("Another version of a secret has begun to be served.")
  @StackTrace(false)
  static final class Rotation extends Event {
    @Label("Reference")
    final String reference;

    @Label("Former Version")
    final long from;

    @Label("Version")
    final long to;

    Rotation(SecretRef ref, long from, long to) {
      this.reference = ref.toString();
      this.from = from;
      this.to = to;
    }
  }

  @Name("dev.latchkey.Stale")
  @Label("Stale Value")
  @Category(CATEGORY)
  @Description("A value has begun to be served on though it could not be renewed.")
  @StackTrace(false)
  static final class Stale extends Event {
    @Label("Reference")
    final String reference;

    @Label("Failure")
    @Description("The type of failure that kept it from being renewed.")
    final String failure;

    Stale(SecretRef ref, SecretException failure) {
      this.reference = ref.toString();
      this.failure = type(failure);
    }
  }

  @Name("dev.latchkey.Renewed")
  @Label("Value Renewed")
  @Category(CATEGORY)
  @Description("A value that was stale was renewed.")
  @StackTrace(false)
  static final class Renewed extends Event {
    @Label("Reference")
    final String reference;

    Renewed(SecretRef ref) {
      this.reference = ref.toString();
    }
  }

  @Name("dev.latchkey.Withdrawn")
  @Label("Value Withdrawn")
  @Category(CATEGORY)
  @Description("A value is not served any more.")
  @StackTrace(false)
  static final class Withdrawn extends Event {
    @Label("Reference")
    final String reference;

    @Label("Failure")
    @Description("The type of failure that its readers get from now on.")
    final String failure;

    Withdrawn(SecretRef ref, SecretException failure) {
      this.reference = ref.toString();
      this.failure = type(failure);
    }
  }

  @Name("dev.latchkey.RollbackRefused")
  @Label("Rollback Refused")
  @Category(CATEGORY)
  @Description("The source gave an older version than it had given before.")
  @StackTrace(false)
  static final class RollbackRefused extends Event {
    @Label("Secret Name")
    final String name;

    @Label("Version")
    @Description("What the source gave.")
    final long version;

    @Label("Highest Version")
    @Description("The highest that was seen.")
    final long highest;

    RollbackRefused(SecretName name, long version, long highest) {
      this.name = name.toString();
      this.version = version;
      this.highest = highest;
    }
  }

  @Name("dev.latchkey.BreakerChange")
  @Label("Breaker Change")
  @Category(CATEGORY)
  @Description("The client stopped asking a source that fails, tried it again, or resumed.")
  @StackTrace(false)
  static final class BreakerChange extends Event {
    @Label("Former State")
    final String from;

    @Label("State")
    final String to;

    BreakerChange(BreakerState from, BreakerState to) {
      this.from = from.name();
      this.to = to.name();
    }
  }

  private static String type(SecretException failure) {
    return failure.getClass().getSimpleName();
  }
}
