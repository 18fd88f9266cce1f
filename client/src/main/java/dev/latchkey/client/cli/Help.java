package dev.latchkey.client.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "help",
    header = "Shows the help of a command.",
    customSynopsis = "latchkey help [COMMAND]...",
    footer = {"", "Example:", "  latchkey help run"})
final class Help implements Callable<Integer> {
  private final Host host;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command; none for all.")
  private List<String> path = List.of();

  Help(Host host) {
    this.host = host;
  }

  /** Returns colours where the terminal has them and {@code NO_COLOR} is not set. */
  static CommandLine.Help.ColorScheme colors() {
    return CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.AUTO);
  }

  @Override
  public Integer call() {
    CommandLine line = spec.root().commandLine();
    for (String name : path) {
      CommandLine next = line.getSubcommands().get(name);
      if (next == null) {
        throw UsageErrors.unknownCommand(line, name);
      }
      line = next;
    }
    line.usage(host.out(), colors());
    return ExitStatus.OK;
  }
}
