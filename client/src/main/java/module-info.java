/** Fetches sealed secrets, opens them on arrival and caches them; the {@code latchkey} command. */
module dev.latchkey.client {
  requires transitive dev.latchkey.core;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.github.benmanes.caffeine;
  requires com.google.crypto.tink;
  // For Tink, which has no module-info of its own and so brings in no module that has one.
  requires com.google.gson;
  requires okhttp3;
  requires static info.picocli;
  // Whether the run-time image has it is looked up.
  requires static jdk.jfr;
  requires static jdk.unsupported;
  // Not transitive: every module that requires this one would need it to be compiled.
  requires static micrometer.core;

  exports dev.latchkey.client;
  exports dev.latchkey.client.integration.micrometer;
  exports dev.latchkey.client.source;
  exports dev.latchkey.client.store;
  exports dev.latchkey.client.tink;

  opens dev.latchkey.client.cli to
      info.picocli;

  uses com.google.crypto.tink.KmsClient;
  uses dev.latchkey.spi.DecryptorProvider;

  provides dev.latchkey.spi.SecretResolverProvider with
      dev.latchkey.client.SecretsClientProvider;
}
