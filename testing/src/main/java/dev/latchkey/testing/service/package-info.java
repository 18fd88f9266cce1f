/**
 * The secrets service on one machine: Lightning's management API and the runtime protocol, over
 * encrypted secrets in a directory. It needs latchkey-client and Jetty; no test framework.
 */
@NullMarked
package dev.latchkey.testing.service;

import org.jspecify.annotations.NullMarked;
