package dev.latchkey.client.cli;

import dev.latchkey.spi.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what is wrong with a command line, in words of its own: the parser's repeat arguments, and
 * an argument may be a secret that was typed in the wrong place.
 */
final class UsageErrors {
  private static final int LONGEST_ECHO = 32;

  private UsageErrors() {}

  static UsageException of(ParameterException e) {
    CommandLine line = e.getCommandLine();
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unmatched(line, unmatched.getUnmatched());
    }
    if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      return missing(line, missing.getMissing().get(0));
    }
    ArgSpec arg = e.getArgSpec();
    if (e instanceof OverwrittenOptionException twice) {
      return new UsageException(
          label(twice.getOverwritten()) + " is given twice.", "Leave one out.");
    }
    if (arg instanceof OptionSpec option && option.arity().max() == 0) {
      return new UsageException(option.longestName() + " takes no value.", usage(line));
    }
    if (arg != null && arg.type().isEnum()) {
      List<String> values = new ArrayList<>();
      for (Object value : arg.type().getEnumConstants()) {
        values.add(value.toString());
      }
      return new UsageException(
          label(arg) + " is none of its values.", "It is " + String.join(" or ", values) + ".");
    }
    return new UsageException(
        (arg == null ? "The command line" : label(arg)) + " cannot be read.", usage(line));
  }

  static UsageException unknownCommand(CommandLine line, String name) {
    String path = line.getCommandSpec().qualifiedName();
    return new UsageException(
        isEcho(name) ? "There is no command '" + path + " " + name + "'." : "No such command.",
        Suggestions.nearest(name, line.getSubcommands().keySet())
            .map(other -> "Nearest name: " + other + ". ")
            .orElse("")
            .concat("See `" + path + " --help`."));
  }

  private static UsageException missing(CommandLine line, ArgSpec arg) {
    if (arg instanceof OptionSpec option) {
      return new UsageException(
          option.longestName() + " needs a value, " + option.paramLabel() + ".", usage(line));
    }
    return new UsageException(
        "`" + line.getCommandSpec().qualifiedName() + "` needs " + arg.paramLabel() + ".",
        usage(line));
  }

  private static UsageException unmatched(CommandLine line, List<String> unmatched) {
    String first = unmatched.isEmpty() ? "" : unmatched.get(0);
    int equals = first.indexOf('=');
    String name = equals < 0 ? first : first.substring(0, equals);
    if (name.equals("--token") || name.equals("--keyset")) {
      String variable = "LATCHKEY_" + name.substring(2).toUpperCase(Locale.ROOT);
      return new UsageException(
          "There is no option "
              + name
              + ", since everybody on this machine can read command lines.",
          "Put it in a file and give " + name + "-file FILE, or set " + variable + ".");
    }
    if (name.startsWith("-")) {
      return new UsageException(
          isEcho(name) ? "There is no option " + name + "." : "There is no such option.",
          nearestOption(line, name) + usage(line));
    }
    if (!line.getSubcommands().isEmpty()) {
      return unknownCommand(line, name);
    }
    boolean wantsValue = line.getMixins().values().stream().anyMatch(NewValue.class::isInstance);
    return new UsageException(
        "`" + line.getCommandSpec().qualifiedName() + "` takes fewer arguments.",
        (wantsValue ? "The value comes from standard input. " : "") + usage(line));
  }

  private static String nearestOption(CommandLine line, String name) {
    return Suggestions.nearest(name, line.getCommandSpec().optionsMap().keySet())
        .map(other -> "Nearest name: " + other + ". ")
        .orElse("");
  }

  /** Tells whether an unknown word looks like one of a command's own, and not like a value. */
  private static boolean isEcho(String word) {
    return word.length() <= LONGEST_ECHO && word.matches("(--)?[a-z]+(-[a-z]+)*");
  }

  private static String label(ArgSpec arg) {
    return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
  }

  private static String usage(CommandLine line) {
    String[] synopsis = line.getCommandSpec().usageMessage().customSynopsis();
    return (synopsis.length == 0 ? "See `" : "Usage: " + synopsis[0] + "; see `")
        + line.getCommandSpec().qualifiedName()
        + " --help`.";
  }
}
