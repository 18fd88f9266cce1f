package dev.latchkey.client.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** A process that this one starts, passes signals on to, and waits for. */
final class Child {
  private final Host host;

  Child(Host host) {
    this.host = host;
  }

  /**
   * Starts a process and waits until it ends.
   *
   * @return its exit status, or 128 and the number of the signal that ended it
   */
  int run(ProcessBuilder builder) {
    String command = builder.command().get(0);
    // Before this, a signal ends this process, and there is nobody to pass it on to.
    try (var forwarding = new Forwarding()) {
      Process process;
      try {
        process = host.starter().start(builder);
      } catch (IOException e) {
        return forwarding.earlyStatus().orElseGet(() -> failed(command));
      }
      builder.environment().clear();
      forwarding.to(process);
      return await(process);
    }
  }

  private static int await(Process process) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private int failed(String command) {
    int equals = command.indexOf('=');
    String shown = equals < 0 ? "'" + command + "'" : "'" + command.substring(0, equals) + "=...'";
    if (isThere(command)) {
      host.complain(
          "The command " + shown + " is there and cannot be started.",
          "Check that it is an executable file of this system, and that its arguments and"
              + " environment are not too large.");
      return ExitStatus.NOT_EXECUTABLE;
    }
    host.complain(
        "The command " + shown + " was not found.",
        equals < 0
            ? "Check its spelling, and PATH."
            : "A variable is given with --env NAME=VALUE, before the command.");
    return ExitStatus.NO_COMMAND;
  }

  private boolean isThere(String command) {
    try {
      if (command.indexOf('/') >= 0 || command.indexOf(File.separatorChar) >= 0) {
        return Files.exists(Path.of(command));
      }
      String path = host.environment().getOrDefault("PATH", "");
      return List.of(path.split(File.pathSeparator, -1)).stream()
          .anyMatch(directory -> Files.exists(Path.of(directory, command)));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
