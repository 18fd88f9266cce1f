package dev.latchkey.client.cli;

import static dev.latchkey.client.cli.Desk.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.client.ClientSettings;
import dev.latchkey.client.SecretsClient;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretCommandsTest {
  @TempDir private Path directory;
  private Desk desk = new Desk(Path.of(""));

  @BeforeEach
  void furnish() {
    desk = Desk.furnished(directory);
  }

  @Test
  void create_anyBytes_areKeptExactly() {
    byte[] value = new byte[256];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) i;
    }
    value[255] = '\n';

    assertThat(desk.input(value).run("create", "binary")).isZero();

    assertThat(desk.out())
        .isEqualTo(lines("Created binary, version 1 (256 bytes, ends with a newline)."));
    assertThat(stored("binary")).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"v,v", "v\\n,v", "v\\r\\n,v", "v\\n\\n,v\\n", "v\\r,v\\r", "\\n,''", "'',''"})
  void create_trimNewline_dropsOne(String value, String kept) {
    assertThat(desk.input(unescaped(value)).run("create", "--trim-newline", "text")).isZero();

    assertThat(stored("text")).isEqualTo(unescaped(kept).getBytes(StandardCharsets.UTF_8));
  }

  private static String unescaped(String text) {
    return text.replace("\\n", "\n").replace("\\r", "\r");
  }

  @Test
  void create_largestValue_isKept() {
    byte[] value = new byte[SecretValue.MAX_BYTES + 1];
    Arrays.fill(value, (byte) 'x');
    value[SecretValue.MAX_BYTES] = '\n';

    assertThat(desk.input(value).run("create", "large", "--trim-newline")).isZero();
    assertThat(stored("large")).isEqualTo(Arrays.copyOf(value, SecretValue.MAX_BYTES));
  }

  @ParameterizedTest
  @CsvSource({
    "v,1 byte",
    "vw,2 bytes",
    "v\\n,'2 bytes, ends with a newline'",
    "\\n,'1 byte, ends with a newline'",
    "'',0 bytes: the value is empty"
  })
  void create_done_showsSlips(String value, String shown) {
    assertThat(desk.input(unescaped(value)).run("create", "text")).isZero();
    assertThat(desk.out()).isEqualTo(lines("Created text, version 1 (" + shown + ")."));
  }

  @Test
  void create_inputFails_saysSo() {
    desk.in = new PipedInputStream();

    assertThat(desk.run("create", "other")).isEqualTo(65);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: Standard input cannot be read.",
                "Give the value in a file or a pipe; a directory is none."));
  }

  @Test
  void anyChange_outputFails_saysThatItIsDone() {
    desk.outputFails = true;

    assertThat(desk.input("other").run("replace", "my-secret")).isEqualTo(74);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: Standard output is closed or full.",
                "It was done all the same: Replaced my-secret, version 2 (5 bytes)."));
    assertThat(stored("my-secret")).isEqualTo("other".getBytes(StandardCharsets.UTF_8));
    assertThat(desk.run("delete", "--yes", "my-secret")).isEqualTo(74);
    assertThat(desk.err()).contains("It was done all the same: Deleted my-secret.");
    assertThat(desk.input("v").run("create", "my-secret")).isEqualTo(74);
    assertThat(desk.err()).contains("It was done all the same: Created my-secret, version 4");
  }

  @Test
  void list_outputFails_saysSoUnlessItsReaderLeft() {
    desk.outputFails = true;

    assertThat(desk.run("list")).isEqualTo(74);
    assertThat(desk.err()).isEqualTo(lines("latchkey: Standard output is closed or full."));

    var terminal = new FakeTerminal();
    terminal.pipesOut = true;
    desk.terminal = terminal;
    assertThat(desk.run("list")).isEqualTo(74);
    assertThat(desk.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--", "--trim-newline"})
  void create_tooLarge_isRefusedBeforeAllIsRead(String option) {
    var endless = new Endless();
    desk.in = endless;

    assertThat(desk.run("create", option, "large")).isEqualTo(65);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The value is over the limit of 1048576 bytes.",
                "Store a smaller one, or the key of a file that is encrypted with it."));
    assertThat(endless.read).isLessThanOrEqualTo(SecretValue.MAX_BYTES + 3);
  }

  private static final class Endless extends InputStream {
    long read;

    @Override
    public int read() {
      read++;
      return 'x';
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      Arrays.fill(buffer, offset, offset + length, (byte) 'x');
      read += length;
      return length;
    }
  }

  @Test
  void create_atTerminal_asksTwiceUnseenAndWipes() {
    var terminal = new FakeTerminal("pä ss", "pä ss");
    desk.terminal = terminal;

    assertThat(desk.run("create", "typed")).isZero();

    assertThat(terminal.prompts)
        .containsExactly("Value of typed (not shown): ", "The same again: ");
    assertThat(terminal.given)
        .hasSize(2)
        .allMatch(
            chars ->
                new String(chars).isBlank() || new String(chars).chars().allMatch(c -> c == 0));
    assertThat(stored("typed")).isEqualTo("pä ss".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void create_typedDifferently_isRefused() {
    desk.terminal = new FakeTerminal("one", "two");

    assertThat(desk.run("create", "typed")).isEqualTo(65);
    assertThat(desk.err())
        .isEqualTo(lines("latchkey: The two values differ.", "Type the same one twice."));
    assertThat(stored("my-secret")).isEqualTo("some-value".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void create_nothingTyped_isRefused() {
    desk.terminal = new FakeTerminal();

    assertThat(desk.run("create", "typed")).isEqualTo(65);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: No value was typed.",
                "To store an empty one, give standard input from /dev/null."));
  }

  @Test
  void create_keysetMissing_asksForNoValue() throws Exception {
    Files.delete(desk.keyset());
    var terminal = new FakeTerminal("v", "v");
    desk.terminal = terminal;

    assertThat(desk.run("create", "other")).isEqualTo(78);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: Keyset file: The file does not exist.",
                "Check the path, and that the file is mounted."));
    assertThat(terminal.prompts).isEmpty();
  }

  @Test
  void create_existing_isConflict() {
    assertThat(desk.input("v").run("create", "My-Secret")).isEqualTo(73);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: A secret named 'my-secret' exists in project 'default' already.",
                "Replace its value, or choose another name."));
  }

  @Test
  void create_existingAtTerminal_asksForNoValue() {
    var terminal = new FakeTerminal("v", "v");
    desk.terminal = terminal;

    assertThat(desk.run("create", "my-secret")).isEqualTo(73);
    assertThat(desk.run("replace", "other")).isEqualTo(66);
    assertThat(terminal.prompts).isEmpty();
  }

  @Test
  void create_deleted_isANewVersion() {
    assertThat(desk.run("delete", "--yes", "my-secret")).isZero();
    assertThat(desk.input("v").run("create", "my-secret")).isZero();
    assertThat(desk.out()).isEqualTo(lines("Created my-secret, version 3 (1 byte)."));
  }

  @Test
  void replace_wrongKeyset_isRefusedUnlessItIsNew() {
    String other = directory.resolve("other.json").toString();
    assertThat(desk.run("keys", "init", other)).isZero();
    desk.environment.put("LATCHKEY_KEYSET_FILE", other);

    assertThat(desk.input("hunter2").run("replace", "my-secret")).isEqualTo(77);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The keyset does not open 'my-secret' version 1 in project 'default', so"
                    + " nothing is replaced.",
                "Give the keyset that its readers have; if they are to get this one, add"
                    + " --new-keyset."));
    assertThat(desk.out()).isEmpty();

    assertThat(desk.input("other").run("replace", "--new-keyset", "my-secret")).isZero();
    assertThat(desk.out()).isEqualTo(lines("Replaced my-secret, version 2 (5 bytes)."));
    assertThat(stored("my-secret")).isEqualTo("other".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void replace_publicKeyset_isNotChecked() {
    String hybrid = directory.resolve("hybrid.json").toString();
    String half = directory.resolve("public.json").toString();
    desk.run("keys", "init", "--hybrid", hybrid);
    desk.run("keys", "public", hybrid, half);
    desk.environment.put("LATCHKEY_KEYSET_FILE", half);
    assertThat(desk.input("one").run("create", "sealed")).isZero();

    assertThat(desk.input("two").run("replace", "sealed")).isZero();

    desk.environment.put("LATCHKEY_KEYSET_FILE", hybrid);
    assertThat(stored("sealed")).isEqualTo("two".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void replace_existing_isNewVersion() {
    assertThat(desk.input("other").run("replace", "my-secret")).isZero();
    assertThat(desk.out()).isEqualTo(lines("Replaced my-secret, version 2 (5 bytes)."));
    assertThat(stored("my-secret")).isEqualTo("other".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void replace_unknown_offersNearest() {
    assertThat(desk.input("v").run("replace", "my-secrte")).isEqualTo(66);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: No secret named 'my-secrte' in project 'default'.",
                "Nearest name: my-secret."));
  }

  @Test
  void create_malformedName_saysWhere() {
    assertThat(desk.input("v").run("create", "my_secret")).isEqualTo(65);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: A secret name holds only letters, digits, dashes and periods"
                    + " (at character 3).",
                "Nearest legal name: my-secret."));
  }

  @Test
  void list_withoutKeyset_showsAllButValues() {
    desk.environment.remove("LATCHKEY_KEYSET_FILE");

    assertThat(desk.run("list")).isZero();
    assertThat(desk.out())
        .matches("NAME +VERSION +CREATED +UPDATED\nmy-secret +1 +\\S+Z +\\S+Z\n")
        .doesNotContain("some-value");

    assertThat(desk.run("list", "--json")).isZero();
    assertThat(desk.out())
        .matches(
            "\\[\\{\"name\":\"my-secret\",\"version\":1,\"createdAt\":\"\\S+Z\","
                + "\"updatedAt\":\"\\S+Z\"}]\n");
  }

  @Test
  void list_storeMissing_saysSo() {
    assertThat(desk.run("list", "--source", "file:" + directory.resolve("elsewhere")))
        .isEqualTo(69);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The store directory "
                    + directory.resolve("elsewhere")
                    + " does not exist.",
                "Check the path; the directory is made when the first secret is created."));
  }

  @Test
  void anyCommandOfTheStore_httpSource_saysWhatItTakes() {
    for (String command : List.of("list", "create other", "replace other", "delete --yes other")) {
      desk.environment.put("LATCHKEY_SOURCE", "https://example.org");
      assertThat(desk.run(command.split(" ", -1))).isEqualTo(78);
      assertThat(desk.err())
          .isEqualTo(
              lines(
                  "latchkey: LATCHKEY_SOURCE is a service, and this command lists and writes"
                      + " directories.",
                  "Give --source file:/directory, or list and write on the admin page of the"
                      + " service."));
    }
  }

  @Test
  void delete_yes_deletesWithoutKeyset() {
    desk.environment.remove("LATCHKEY_KEYSET_FILE");

    assertThat(desk.run("delete", "--yes", "my-secret")).isZero();
    assertThat(desk.out()).isEqualTo(lines("Deleted my-secret."));
    assertThat(desk.run("delete", "--yes", "my-secret")).isEqualTo(66);
  }

  @Test
  void delete_nameTyped_deletes() {
    desk.terminal = new FakeTerminal("My-Secret ");
    assertThat(desk.run("delete", "my-secret")).isZero();
  }

  @Test
  void delete_otherNameTyped_keeps() {
    desk.terminal = new FakeTerminal("my-secrte");

    assertThat(desk.run("delete", "my-secret")).isEqualTo(64);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: That is not its name: 'my-secret' is not deleted.",
                "Type the name as it is."));
    assertThat(stored("my-secret")).isEqualTo("some-value".getBytes(StandardCharsets.UTF_8));
  }

  private byte[] stored(String name) {
    try (SecretsClient client = ClientSettings.of(desk.environment).connect();
        SecretValue value = client.resolve(SecretRef.of(SecretName.parse(name)))) {
      return value.bytes().clone();
    }
  }
}
