/** Fakes for tests of code that reads secrets, and contract suites for implementers. */
module dev.latchkey.testing {
  requires transitive dev.latchkey.core;
  requires static dev.latchkey.client;
  requires static transitive org.jspecify;
  requires java.logging;
  requires static ch.qos.logback.classic;
  requires static ch.qos.logback.core;
  requires static org.slf4j;
  requires static com.fasterxml.jackson.core;
  requires static info.picocli;
  requires static mockwebserver3;
  requires static okhttp3;
  requires static okhttp3.tls;
  requires static org.eclipse.jetty.server;
  requires static org.eclipse.jetty.http;
  requires static org.eclipse.jetty.util;
  requires static org.junit.jupiter.api;

  exports dev.latchkey.testing;
  exports dev.latchkey.testing.contract;
  exports dev.latchkey.testing.junit;
  exports dev.latchkey.testing.http;
  exports dev.latchkey.testing.service;

  // The tests of a suite are called by JUnit.
  opens dev.latchkey.testing.contract;
}
