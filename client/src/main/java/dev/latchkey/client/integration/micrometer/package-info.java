/** What a client does, as meters of Micrometer, which an app that wants them adds. */
@NullMarked
package dev.latchkey.client.integration.micrometer;

import org.jspecify.annotations.NullMarked;
