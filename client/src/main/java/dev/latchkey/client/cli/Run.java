package dev.latchkey.client.cli;

import dev.latchkey.LaunchEnvironment;
import dev.latchkey.client.ClientSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    header = "Starts a process with secrets in its environment, in any language.",
    customSynopsis = "latchkey run [OPTION]... [--] COMMAND [ARG]...",
    footer = {
      "",
      "If any secret cannot be had, nothing is started. References in inherited",
      "variables count too. The exit status is that of the process.",
      "",
      "Signals TERM, INT and HUP go to the process; in a terminal's foreground INT and",
      "HUP come from the terminal itself.",
      "",
      "Example:",
      "  latchkey run --env FOO=bar --secret MY_APP_SECRET=my-secret -- python3 app.py"
    })
final class Run implements Callable<Integer> {
  private final Host host;

  @Mixin private LaunchOptions options = new LaunchOptions();
  @Mixin private Settings settings = new Settings();

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "The command and its arguments. Options before it are latchkey's.")
  private List<String> command = new ArrayList<>();

  Run(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    host.out().flush();
    LaunchEnvironment environment = options.environment();
    Minting minting = options.minting(host, settings, environment, command.get(0));
    // So that a mistyped setting is told where no secret needs any.
    ClientSettings unused = ClientSettings.of(minting.configured());
    return options.byReference()
        ? byReference(environment, minting)
        : new Child(host).run(byValue(environment, minting));
  }

  private int byReference(LaunchEnvironment environment, Minting minting) {
    try (Lease lease = minting.untilClosed(environment.secretNames(minting.configured()))) {
      var process = new ProcessBuilder(command);
      inherit(process, lease.settings());
      environment.applyByReference(process);
      lease.keepRenewing();
      return new Child(host).run(process);
    }
  }

  /**
   * Returns what starts the process; the resolver, its threads, its cache and its token are gone by
   * then.
   */
  private ProcessBuilder byValue(LaunchEnvironment environment, Minting minting) {
    var process = new ProcessBuilder(command);
    inherit(process, host.environment());
    try (Lease lease = minting.brief(environment.secretNames(host.environment()))) {
      environment.applyByValue(process, () -> ClientSettings.of(lease.settings()).connect());
    }
    return process;
  }

  private static void inherit(ProcessBuilder process, Map<String, String> variables) {
    process.environment().keySet().retainAll(variables.keySet());
    // What is the same already is left alone: put back, it would lose bytes that are no text.
    variables.forEach(
        (name, value) -> {
          if (!value.equals(process.environment().get(name))) {
            process.environment().put(name, value);
          }
        });
  }
}
