package dev.latchkey.client;

/** Whether a client asks its source, which it stops for a while after repeated failures. */
public enum BreakerState {
  /** The source is asked. */
  CLOSED,
  /** The source has failed several times in a row, or asked for a pause: it is left alone. */
  OPEN,
  /** The pause is over: one request finds out whether the source is back. */
  HALF_OPEN
}
