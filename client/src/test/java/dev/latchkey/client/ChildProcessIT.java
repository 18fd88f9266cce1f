package dev.latchkey.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.client.store.DirectoryStore;
import dev.latchkey.client.store.SecretsAdmin;
import dev.latchkey.client.tink.Keyset;
import dev.latchkey.client.tink.Keysets;
import dev.latchkey.client.tink.TinkSealer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that have nothing but their environment variables. */
class ChildProcessIT {
  @TempDir Path root;
  @TempDir Path scratch;

  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void create() {
    Keyset keyset = Keysets.generate();
    Path file = scratch.resolve("keyset.json");
    Keysets.create(file, keyset.toCleartextJson());
    try (SecretValue value = SecretValue.of("välue €")) {
      new SecretsAdmin(DirectoryStore.open(root, "shop"), TinkSealer.of(keyset))
          .create(SecretName.parse("my-secret"), value);
    }
    environment.put("MY_APP_SECRET", "secret://my-secret");
    environment.put("PLAIN", "plain");
    environment.put("LATCHKEY_SOURCE", root.toUri().toString());
    environment.put("LATCHKEY_PROJECT", "shop");
    environment.put("LATCHKEY_KEYSET_FILE", file.toString());
  }

  private ChildJvm.Result print(String variable, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(options));
    command.addAll(List.of("-cp", ChildJvm.classPath(), SecretPrinter.class.getName(), variable));
    ChildJvm.Result result = ChildJvm.run(scratch, environment, command);
    assertThat(result.err()).isEmpty();
    return result;
  }

  @Test
  void get_withARole_isTheValue() throws Exception {
    for (String role : List.of("work", "FLOW")) {
      environment.put("LATCHKEY_ROLE", role);

      assertThat(print("MY_APP_SECRET")).isEqualTo(new ChildJvm.Result(0, "välue €", ""));
    }
  }

  @Test
  void get_withoutARole_saysSoAndOpensNothing() throws Exception {
    assertThat(print("MY_APP_SECRET"))
        .isEqualTo(
            new ChildJvm.Result(
                1,
                "SecretAccessDeniedException: MY_APP_SECRET: This is neither a Flow nor a Work"
                    + " process, and only those open secrets. Bound by secret://my-secret."
                    + " Start it with `latchkey run`, or set LATCHKEY_ROLE to flow or work; to run"
                    + " without secrets, put a plain value in the variable, or in a test use"
                    + " latchkey-testing.",
                ""));
    assertThat(print("PLAIN")).isEqualTo(new ChildJvm.Result(0, "plain", ""));
  }

  @Test
  void get_settingMistyped_saysWhich() throws Exception {
    environment.put("LATCHKEY_ROLE", "work");
    environment.put("LATCHKEY_KEYSET_FIEL", "x");

    assertThat(print("MY_APP_SECRET"))
        .isEqualTo(
            new ChildJvm.Result(
                1,
                "SecretConfigurationException: MY_APP_SECRET: There is no setting named"
                    + " LATCHKEY_KEYSET_FIEL. Bound by secret://my-secret."
                    + " Nearest name: LATCHKEY_KEYSET_FILE.",
                ""));
  }

  @Test
  void get_notRecorded_loadsOneClassOfFlightRecorder() throws Exception {
    environment.put("LATCHKEY_ROLE", "work");

    ChildJvm.Result result = print("MY_APP_SECRET", "-Xlog:class+load");

    assertThat(result.out()).endsWith("välue €").contains(" dev.latchkey.client.Listeners source:");
    assertThat(result.out().lines().filter(line -> line.contains("jfr") || line.contains("Jfr")))
        .hasSize(2)
        .anyMatch(line -> line.contains(" dev.latchkey.client.JfrListener source:"))
        .anyMatch(line -> line.contains(" jdk.jfr.FlightRecorder source:"));
  }

  @Test
  void get_recorded_leavesTheRequestInTheRecording() throws Exception {
    environment.put("LATCHKEY_ROLE", "work");
    environment.put("LATCHKEY_TOKEN", "lkp_canary-c0ffee");
    Path file = scratch.resolve("app.jfr");
    Matcher option =
        Pattern.compile("java '(-XX:StartFlightRecording:.*)filename=app.jfr'")
            .matcher(Files.readString(Path.of("..", "README.md")));
    assertThat(option.find()).isTrue();

    print("MY_APP_SECRET", option.group(1) + "filename=" + file);

    var canary = new Canary("lkp_canary-c0ffee".getBytes(UTF_8));
    assertThat(canary.isIn(Files.readString(file, ISO_8859_1))).isFalse();
    Path control = scratch.resolve("control.jfr");
    print("MY_APP_SECRET", "-XX:StartFlightRecording=filename=" + control);
    assertThat(canary.isIn(Files.readString(control, ISO_8859_1))).isTrue();
    assertThat(
            RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.latchkey.Fetch"))
                .map(event -> event.getString("kind") + " " + event.getInt("secrets")))
        .containsExactly("FETCH 1");
  }
}
