package dev.latchkey.client.cli;

import dev.latchkey.LaunchEnvironment;
import dev.latchkey.ProcessRole;
import dev.latchkey.SecretConfigurationException;
import dev.latchkey.client.Setting;
import dev.latchkey.client.source.ProcessTokens;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--admin-key-file",
      paramLabel = "FILE",
      description =
          "A file with an admin's userId:apiKey, by which an https source is asked for a token"
              + " for just these secrets, instead of a token (LATCHKEY_ADMIN_KEY_FILE). The process"
              + " gets nothing of the key.")
  private @Nullable String adminKeyFile;

  @Option(
      names = "--app",
      paramLabel = "NAME",
      description =
          "What the service calls the process by, with an admin key. Default: the file name of the"
              + " command.")
  private @Nullable String app;

  ProcessRole role() {
    return role;
  }

  boolean byReference() {
    return byReference;
  }

  /**
   * Returns the environment that the options spell.
   *
   * @throws SecretConfigurationException if the admin key's file is in it: the process is to have
   *     no way to the key
   */
  LaunchEnvironment environment() {
    LaunchEnvironment environment = LaunchEnvironment.parse(role, env, secrets);
    if (own(environment).containsKey(Setting.ADMIN_KEY_FILE.variable())) {
      throw new SecretConfigurationException(
          Setting.ADMIN_KEY_FILE.variable() + " is given to the process, and is latchkey's alone.",
          "Give --admin-key-file instead, and the process gets a token of its own.");
    }
    return environment;
  }

  /** Returns what makes tokens for the process; its command has no name where there is none. */
  Minting minting(Host host, Settings settings, LaunchEnvironment environment, String command) {
    Map<String, String> configured = settings.over(host.environment());
    if (adminKeyFile != null) {
      configured.put(Setting.ADMIN_KEY_FILE.variable(), adminKeyFile);
    }
    if (byReference) {
      // A token that the process is given counts, as one that it inherits does.
      Map<String, String> own = own(environment);
      for (Setting setting : List.of(Setting.TOKEN, Setting.TOKEN_FILE)) {
        String value = own.get(setting.variable());
        if (value != null) {
          configured.put(setting.variable(), value);
        }
      }
    }
    return new Minting(host, configured, role, app != null ? app : appOf(command));
  }

  private static Map<String, String> own(LaunchEnvironment environment) {
    return environment.byReference(Map.of());
  }

  /** Returns the file name of a command, as far as it may be shown and the service takes it. */
  private static String appOf(String command) {
    String name = command.substring(command.lastIndexOf(File.separatorChar) + 1);
    // What stands behind is a value that was meant for --env.
    int equals = name.indexOf('=');
    int[] shown =
        name.substring(0, equals < 0 ? name.length() : equals)
            .codePoints()
            .map(c -> c > ' ' && c < 0x7f ? c : '_')
            .limit(ProcessTokens.MAX_APP_LENGTH)
            .toArray();
    return shown.length == 0 ? "process" : new String(shown, 0, shown.length);
  }
}
