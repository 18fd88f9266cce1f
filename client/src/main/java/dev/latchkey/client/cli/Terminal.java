package dev.latchkey.client.cli;

import org.jspecify.annotations.Nullable;

/** The person at the keyboard, if there is one. */
interface Terminal {
  /** No person: everything comes from files and pipes. */
  Terminal ABSENT =
      new Terminal() {
        @Override
        public boolean present() {
          return false;
        }

        @Override
        public boolean typedInSight() {
          return false;
        }

        @Override
        public boolean pipesOut() {
          return false;
        }

        @Override
        public char @Nullable [] readUnseen(String prompt) {
          return null;
        }

        @Override
        public @Nullable String readLine(String prompt) {
          return null;
        }
      };

  /** Tells whether questions can be asked. */
  boolean present();

  /** Tells whether standard input is a keyboard though questions cannot be asked. */
  boolean typedInSight();

  /** Tells whether standard output is a pipe, whose reader may leave before the end. */
  boolean pipesOut();

  /** Asks for a line that is not shown, for the caller to overwrite; null at the end of input. */
  char @Nullable [] readUnseen(String prompt);

  /** Asks for a line; null at the end of input. */
  @Nullable String readLine(String prompt);
}
