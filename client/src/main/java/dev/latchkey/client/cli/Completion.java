package dev.latchkey.client.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    header = "Prints a script that completes this command's arguments in bash and zsh.",
    customSynopsis = "latchkey completion",
    footer = {"", "Example:", "  source <(latchkey completion)"})
final class Completion implements Callable<Integer> {
  private final Host host;

  @Spec private CommandSpec spec = CommandSpec.create();

  Completion(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    host.out().print(AutoComplete.bash("latchkey", spec.root().commandLine()));
    return ExitStatus.OK;
  }
}
