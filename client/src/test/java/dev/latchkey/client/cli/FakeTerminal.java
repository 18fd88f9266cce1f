package dev.latchkey.client.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A person who types the given lines, and then ends the input. */
final class FakeTerminal implements Terminal {
  final List<String> prompts = new ArrayList<>();
  final List<char[]> given = new ArrayList<>();
  boolean pipesOut;
  private final Deque<String> lines = new ArrayDeque<>();

  FakeTerminal(String... lines) {
    this.lines.addAll(List.of(lines));
  }

  @Override
  public boolean present() {
    return true;
  }

  @Override
  public boolean typedInSight() {
    return false;
  }

  @Override
  public boolean pipesOut() {
    return pipesOut;
  }

  @Override
  public char @Nullable [] readUnseen(String prompt) {
    String line = readLine(prompt);
    if (line == null) {
      return null;
    }
    given.add(line.toCharArray());
    return given.get(given.size() - 1);
  }

  @Override
  public @Nullable String readLine(String prompt) {
    prompts.add(prompt);
    return lines.poll();
  }
}
