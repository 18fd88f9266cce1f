package dev.latchkey.testing.contract;

/** What a {@link dev.latchkey.spi.SecretResolver} may do without. */
public enum ResolverExtra {
  /** Takes fields out of JSON values. Without it, a reference to a field is refused. */
  FIELDS,
  /** Tells what is held. Without it, the status of any reference is that nothing is. */
  STATUS,
  /** Tells of rotations. Without it, no listener is ever called. */
  ROTATION
}
