package dev.latchkey.client.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether a terminal's own signals reach this process's group, and so the child too. The kernel
 * sends Ctrl-C and the hang-up of a terminal to every process of its foreground group.
 */
final class ForegroundGroup {
  private static final Path STAT = Path.of("/proc/self/stat");
  // proc(5), counted from the state, the first field after the name.
  private static final int GROUP = 2;
  private static final int TERMINAL = 4;
  private static final int FOREGROUND = 5;

  private final boolean hadTerminal = hasTerminal(fields());

  /** Tells whether the child hears the terminal for itself. */
  boolean hearsTerminal() {
    List<String> fields = fields();
    if (fields.size() <= FOREGROUND) {
      // No /proc here: whoever has a terminal is mostly in its foreground.
      return new ProcessTerminal().present();
    }
    // One that hung up is gone by the time its signal is handled.
    boolean hungUp = hadTerminal && !hasTerminal(fields);
    return hungUp || fields.get(GROUP).equals(fields.get(FOREGROUND));
  }

  private static boolean hasTerminal(List<String> fields) {
    return fields.size() > TERMINAL && !fields.get(TERMINAL).equals("0");
  }

  private static List<String> fields() {
    try {
      String stat = Files.readString(STAT, StandardCharsets.ISO_8859_1);
      // The name stands in parentheses and may hold anything, spaces and parentheses too.
      return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    } catch (IOException e) {
      return List.of();
    }
  }
}
