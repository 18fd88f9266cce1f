/**
 * A secrets service for integration tests, over real sockets. It needs latchkey-client and
 * MockWebServer, and okhttp-tls where it speaks TLS; no test framework.
 */
@NullMarked
package dev.latchkey.testing.http;

import org.jspecify.annotations.NullMarked;
