/** Names, references, bindings, values and environments of encrypted secrets, and the SPIs. */
module dev.latchkey.core {
  requires static transitive org.jspecify;

  exports dev.latchkey;
  exports dev.latchkey.spi;

  uses dev.latchkey.spi.SecretResolverProvider;
}
