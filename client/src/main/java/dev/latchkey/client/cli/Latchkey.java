package dev.latchkey.client.cli;

import dev.latchkey.SecretException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The {@code latchkey} command. Its help tells what it does. */
@Command(
    name = "latchkey",
    header = "Keeps secrets encrypted until the process that is bound to them reads them.",
    customSynopsis = "latchkey COMMAND [OPTION]...",
    description = {
      "",
      "To see it work, with a store and a keyset that are thrown away again:",
      "  latchkey quickstart",
      "",
      "Settings are LATCHKEY_* variables, or options of the same names:",
      "LATCHKEY_KEYSET_FILE is --keyset-file.",
      ""
    },
    exitCodeListHeading = "%nExit status, of several failures the one that comes first here:%n",
    exitCodeList = {
      " 0:done",
      "64:the command line cannot be understood",
      "70:a defect of latchkey itself",
      "78:a setting or a keyset is missing or wrong",
      "77:access is denied, or a secret cannot be opened with this keyset",
      "69:the source of the secrets cannot be reached or is damaged",
      "73:the secret or the file exists already, or another writer was first",
      "66:no such secret",
      "65:a name, a reference, a binding or a value is malformed",
      "74:standard output cannot be written",
      " n:run: the child's own status, 128+n if signal n ended it, 126 if the",
      "  :command was found and cannot be started, 127 if it was not found"
    })
public final class Latchkey {
  private final Host host;

  Latchkey(Host host) {
    this.host = host;
  }

  /** Runs the command with the given arguments, and ends the process with its exit status. */
  public static void main(String[] args) {
    var in = new FileInputStream(FileDescriptor.in);
    var host =
        new Host(
            in,
            System.out,
            System.err,
            System.getenv(),
            new Terminal.OfThisProcess(),
            process -> process.inheritIO().start(),
            Timer.OfThisMachine::new);
    System.exit(new Latchkey(host).run(List.of(args)));
  }

  /** Runs the command with the given arguments, and returns its exit status. */
  int run(List<String> args) {
    int status;
    try {
      status = parsed(args);
    } catch (SecretException e) {
      host.complain(e.problem(), e.remedy());
      status = ExitStatus.of(e);
    } catch (UsageException e) {
      host.complain(e.problem(), e.remedy());
      status = ExitStatus.USAGE;
    } catch (Throwable e) {
      complainOfDefect(e);
      status = ExitStatus.INTERNAL;
    }
    if (host.out().checkError() && status == ExitStatus.OK) {
      // A reader who has seen enough, such as head, is no failure to speak of.
      if (!host.terminal().pipesOut()) {
        host.complain("Standard output is closed or full.", "");
      }
      status = ExitStatus.OUTPUT;
    }
    return status;
  }

  /** Tells where a failure that nobody foresaw happened; its message may hold anything. */
  private void complainOfDefect(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    host.complain(
        "An unforeseen failure: "
            + e.getClass().getName()
            + (trace.length == 0 ? "." : " at " + trace[0] + "."),
        "This is a defect of latchkey: report it to its authors, with the line above and the output"
            + " of `latchkey --version`.");
  }

  private int parsed(List<String> args) throws Exception {
    CommandLine line = Commands.of(host, this, args);
    ParseResult result;
    try {
      result = line.parseArgs(args.toArray(String[]::new));
    } catch (ParameterException e) {
      throw UsageErrors.of(e);
    }
    for (ParseResult r = result; r != null; r = r.hasSubcommand() ? r.subcommand() : null) {
      UsageErrors.besideHelp(r)
          .ifPresent(
              e -> {
                throw e;
              });
    }
    if (result.isVersionHelpRequested()) {
      line.printVersionHelp(host.out(), Help.colors().ansi());
      return ExitStatus.OK;
    }
    while (result.hasSubcommand()) {
      result = result.subcommand();
    }
    CommandLine subcommand = result.commandSpec().commandLine();
    if (result.isUsageHelpRequested()) {
      subcommand.usage(host.out(), Help.colors());
      return ExitStatus.OK;
    }
    if (result.commandSpec().userObject() instanceof Callable<?> action) {
      return (Integer) action.call();
    }
    subcommand.usage(host.err(), Help.colors());
    return ExitStatus.USAGE;
  }
}
