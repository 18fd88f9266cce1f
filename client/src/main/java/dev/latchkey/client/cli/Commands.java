package dev.latchkey.client.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The subcommands, by name. */
final class Commands {
  private static final Map<String, Function<Host, Object>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("quickstart", Quickstart::new);
    ALL.put("keys", host -> new Keys());
    ALL.put("create", WriteCommand.Create::new);
    ALL.put("replace", WriteCommand.Replace::new);
    ALL.put("delete", Delete::new);
    ALL.put("list", ListSecrets::new);
    ALL.put("run", Run::new);
    ALL.put("check", Check::new);
    ALL.put("completion", Completion::new);
    ALL.put("help", Help::new);
  }

  private Commands() {}

  /**
   * Returns what reads a command line.
   *
   * @param args decides which subcommands it knows: reading the annotations of all takes longer
   *     than what most of them do
   */
  static CommandLine of(Host host, Latchkey root, List<String> args) {
    var line = new CommandLine(root);
    line.getCommandSpec().addOption(helpOption()).addOption(versionOption()).version(version());
    String first = args.isEmpty() ? "" : args.get(0);
    boolean one = ALL.containsKey(first) && !first.equals("help") && !first.equals("completion");
    ALL.forEach(
        (name, command) -> {
          if (!one || name.equals(first)) {
            line.addSubcommand(name, command(command.apply(host), host));
          }
        });
    // A value that starts with @ is a value, not a file of arguments.
    return line.setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setColorScheme(Help.colors());
  }

  private static CommandLine command(Object command, Host host) {
    var line = new CommandLine(command);
    line.getCommandSpec().addOption(helpOption());
    if (command instanceof Keys) {
      line.addSubcommand("init", command(new Keys.Init(host), host));
      line.addSubcommand("rotate", command(new Keys.Rotate(host), host));
      line.addSubcommand("public", command(new Keys.Public(host), host));
    }
    // What follows the child's name is the child's, whatever it looks like.
    return line.setStopAtPositional(command instanceof Run);
  }

  /** Returns the version of the command and of what runs it. */
  private static String[] version() {
    String version = Latchkey.class.getPackage().getImplementationVersion();
    return new String[] {
      "latchkey " + (version == null ? "(not packaged)" : version),
      "Java " + Runtime.version() + ", " + System.getProperty("os.name")
    };
  }

  private static OptionSpec helpOption() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help.")
        .build();
  }

  private static OptionSpec versionOption() {
    return OptionSpec.builder("-V", "--version")
        .versionHelp(true)
        .description("Show the version.")
        .build();
  }
}
