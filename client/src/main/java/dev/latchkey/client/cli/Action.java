package dev.latchkey.client.cli;

import java.io.IOException;

/** What a subcommand does once its command line is read. */
interface Action {
  /** Does it, and returns the exit status. */
  int run() throws IOException;
}
