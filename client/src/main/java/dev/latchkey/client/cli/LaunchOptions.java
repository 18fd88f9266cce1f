package dev.latchkey.client.cli;

import dev.latchkey.LaunchEnvironment;
import dev.latchkey.ProcessRole;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What a process is started with. */
final class LaunchOptions {
  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "What the process is to its app: ${COMPLETION-CANDIDATES}. Default: work.")
  private ProcessRole role = ProcessRole.WORK;

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "A variable. May be given many times.")
  private List<String> env = new ArrayList<>();

  @Option(
      names = "--secret",
      paramLabel = "NAME=SECRET",
      description =
          "A variable and the secret in it: my-secret, or a version or field of one, as in"
              + " db?version=3#/password. May be given many times.")
  private List<String> secrets = new ArrayList<>();

  @Option(
      names = "--by-reference",
      description = "Give the process references, and let it resolve them with this library.")
  private boolean byReference;

  ProcessRole role() {
    return role;
  }

  boolean byReference() {
    return byReference;
  }

  LaunchEnvironment environment() {
    return LaunchEnvironment.parse(role, env, secrets);
  }
}
