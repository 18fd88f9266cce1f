package dev.latchkey.client.cli;

import dev.latchkey.client.Setting;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The steps of the quick start. What a step shows is what it does: each command goes through {@link
 * Latchkey} with the words that are shown.
 */
final class Tour {
  private static final Path SHELL = Path.of("/bin/sh");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

  private final Host host;
  private final Path directory;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<String> launcher = launcher();
  private int status = ExitStatus.OK;

  Tour(Host host, Path directory) {
    this.host = host;
    this.directory = directory;
    // Whatever is configured already belongs to other secrets than the tour's.
    host.environment()
        .forEach(
            (name, value) -> {
              if (!name.startsWith("LATCHKEY_") && !value.contains("secret://")) {
                environment.put(name, value);
              }
            });
  }

  int run() {
    String keyset = directory.resolve("keyset.json").toString();
    say("A directory to play in, a store in it, and a keyset that seals and opens:");
    String path = quote(directory.toString());
    show("mkdir -m 700 " + path);
    export(Setting.SOURCE, directory.resolve("secrets").toUri().toString());
    export(Setting.KEYSET_FILE, keyset);
    latchkey("", List.of("keys", "init", keyset));

    say("A secret. Its value comes from standard input; only ciphertext is stored:");
    latchkey("some-value", List.of("create", "my-secret"));
    latchkey("", List.of("list"));

    say("A process with a plain variable, and one that is bound to the secret:");
    List<String> run = new ArrayList<>();
    Collections.addAll(run, "run", "--env", "FOO=bar", "--secret", "MY_APP_SECRET=my-secret", "--");
    run.addAll(child());
    latchkey("", run);

    say("Your own app goes in the place of the last command. To type less:");
    show("alias latchkey=" + quote(join(fromAnywhere())));
    return status;
  }

  /** Runs the command with the given words, if all went well so far, and shows it. */
  private void latchkey(String input, List<String> words) {
    if (status != ExitStatus.OK) {
      return;
    }
    String pipe = input.isEmpty() ? "" : "printf %s " + quote(input) + " | ";
    show(pipe + join(launcher) + " " + join(words));
    InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    Host inner = host.withIn(in).withEnvironment(environment);
    status = new Latchkey(inner).run(words);
  }

  private void export(Setting setting, String value) {
    show("export " + setting.variable() + "=" + quote(value));
    environment.put(setting.variable(), value);
  }

  private void say(String text) {
    host.out().println();
    host.out().println("# " + text);
  }

  private void show(String command) {
    host.out().println("$ " + command);
  }

  /** Returns the words that started this process, with the jar's path as it was given. */
  private static List<String> launcher() {
    String classPath = System.getProperty("java.class.path");
    boolean jar = classPath.endsWith(".jar") && classPath.indexOf(File.pathSeparatorChar) < 0;
    return jar
        ? List.of("java", "-jar", classPath)
        : List.of("java", "-cp", classPath, Latchkey.class.getName());
  }

  private List<String> fromAnywhere() {
    List<String> words = new ArrayList<>(launcher);
    if (words.get(1).equals("-jar")) {
      words.set(2, Path.of(words.get(2)).toAbsolutePath().toString());
    }
    return words;
  }

  private static List<String> child() {
    if (Files.isExecutable(SHELL)) {
      return List.of("sh", "-c", "echo FOO=$FOO; echo MY_APP_SECRET=$MY_APP_SECRET");
    }
    return List.of("cmd", "/c", "echo FOO=%FOO%& echo MY_APP_SECRET=%MY_APP_SECRET%");
  }

  private static String join(List<String> words) {
    return words.stream().map(Tour::quote).collect(Collectors.joining(" "));
  }

  /** Writes a word so that a POSIX shell (XCU 2.2) reads it as it is. */
  private static String quote(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
