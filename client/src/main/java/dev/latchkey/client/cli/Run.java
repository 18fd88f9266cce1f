package dev.latchkey.client.cli;

import dev.latchkey.LaunchEnvironment;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.spi.SecretResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "run",
    header = "Starts a process with secrets in its environment, in any language.",
    customSynopsis = "latchkey run [OPTION]... [--] COMMAND [ARG]...",
    footer = {
      "",
      "If any secret cannot be had, nothing is started. Signals go to the process, and",
      "its exit status is this command's. References in inherited variables count too.",
      "",
      "Example:",
      "  latchkey run --env FOO=bar --secret MY_APP_SECRET=my-secret -- python3 app.py"
    })
final class Run implements Action {
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
  public int run() {
    host.out().flush();
    return new Child(host).run(prepared());
  }

  /** Returns what starts the process. Nothing that resolved its secrets is left by then. */
  private ProcessBuilder prepared() {
    LaunchEnvironment environment = options.environment();
    Map<String, String> configured = settings.over(host.environment());
    ClientSettings client = ClientSettings.of(configured);
    var process = new ProcessBuilder(command);
    if (options.byReference()) {
      inherit(process, configured);
      environment.applyByReference(process);
    } else {
      inherit(process, host.environment());
      try (SecretResolver resolver = new DeferredResolver(client::connect)) {
        environment.applyByValue(process, resolver);
      }
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
