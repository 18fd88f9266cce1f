package dev.latchkey.client.cli;

import dev.latchkey.spi.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says what is wrong with a command line, in words of its own: the parser's repeat arguments, and
 * an argument may be a secret that was typed in the wrong place.
 */
final class UsageErrors {
  private static final int LONGEST_ECHO = 32;
  private static final Set<String> READING =
      Set.of("get", "read", "show", "print", "cat", "reveal");

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

  /** Returns what is wrong with words that a request for help or the version stands beside. */
  static Optional<UsageException> besideHelp(ParseResult result) {
    CommandLine line = result.commandSpec().commandLine();
    List<String> unmatched = result.unmatched();
    return line.getSubcommands().isEmpty() || unmatched.isEmpty()
        ? Optional.empty()
        : Optional.of(unmatched(line, unmatched));
  }

  static UsageException unknownCommand(CommandLine line, String name) {
    String path = line.getCommandSpec().qualifiedName();
    return new UsageException(
        isEcho(name) ? "There is no command '" + path + " " + name + "'." : "No such command.",
        nearest(name, line.getSubcommands().keySet())
            .map(other -> "Nearest name: " + other + ". ")
            .orElse("")
            .concat("See `" + path + " --help`."));
  }

  /** Returns the nearest of some names; two letters that changed places are one slip. */
  private static Optional<String> nearest(String wanted, Set<String> known) {
    for (int i = 0; i + 1 < wanted.length(); i++) {
      char[] swapped = wanted.toCharArray();
      swapped[i] = wanted.charAt(i + 1);
      swapped[i + 1] = wanted.charAt(i);
      if (known.contains(String.valueOf(swapped))) {
        return Optional.of(String.valueOf(swapped));
      }
    }
    return Suggestions.nearest(wanted, known);
  }

  /** Returns the answer to those who look for a command that prints a value. */
  private static UsageException noReading(List<String> words) {
    String name = words.size() > 1 && isEcho(words.get(1)) ? words.get(1) : "my-secret";
    return new UsageException(
        "There is no command 'latchkey " + words.get(0) + "': values are never printed.",
        "Give a process the value: latchkey run --secret A=" + name + " -- printenv A");
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
    if (line.getParent() == null && READING.contains(first)) {
      return noReading(unmatched);
    }
    if (!line.getSubcommands().isEmpty()) {
      return unknownCommand(line, name);
    }
    boolean wantsValue = line.getCommand() instanceof WriteCommand;
    return new UsageException(
        "`" + line.getCommandSpec().qualifiedName() + "` takes fewer arguments.",
        (wantsValue ? "The value comes from standard input. " : "") + usage(line));
  }

  private static String nearestOption(CommandLine line, String name) {
    Set<String> options = line.getCommandSpec().optionsMap().keySet();
    if (name.length() == 2) {
      String names =
          options.stream()
              .filter(option -> option.startsWith("-" + name))
              .collect(Collectors.joining(" or "));
      return names.isEmpty() ? "" : "It has no short form: " + names + ". ";
    }
    return nearest(name, options).map(other -> "Nearest name: " + other + ". ").orElse("");
  }

  /** Tells whether an unknown word looks like one of a command's own, and not like a value. */
  private static boolean isEcho(String word) {
    return word.length() <= LONGEST_ECHO && word.matches("-[A-Za-z]|(--)?[a-z]+(-[a-z]+)*");
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
