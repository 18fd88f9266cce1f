package dev.latchkey.client.cli;

import static dev.latchkey.client.cli.Desk.lines;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {
  @TempDir private Path directory;
  private Desk desk = new Desk(Path.of(""));
  private String file = "";

  @BeforeEach
  void furnish() {
    desk = new Desk(directory);
    file = desk.keyset().toString();
  }

  @Test
  void init_newFile_isTheOwnersAlone() throws Exception {
    assertThat(desk.run("keys", "init", file)).isZero();

    assertThat(desk.out())
        .isEqualTo(
            lines("Made the keyset " + file + ". Without it, what it seals is lost: keep a copy."));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(desk.keyset())))
        .isEqualTo("rw-------");
    assertThat(directory).isDirectoryContaining(path -> path.equals(desk.keyset()));
    assertThat(directory.toFile().list()).hasSize(1);
  }

  @Test
  void init_existingFile_isLeftAlone() throws Exception {
    Files.writeString(desk.keyset(), "mine");

    assertThat(desk.run("keys", "init", file)).isEqualTo(73);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: The keyset file " + file + " exists already.",
                "Rotate it, or choose another path; without its keys, what they sealed is lost."));
    assertThat(desk.keyset()).hasContent("mine");
  }

  @Test
  void rotate_keyset_opensWhatWasSealedBefore() throws Exception {
    desk = Desk.furnished(directory);
    String before = Files.readString(desk.keyset());

    assertThat(desk.run("keys", "rotate", file)).isZero();

    assertThat(Files.readString(desk.keyset())).isNotEqualTo(before);
    assertThat(desk.run("check", "--secret", "A=my-secret")).isZero();
  }

  @Test
  void rotate_missing_saysSo() {
    assertThat(desk.run("keys", "rotate", file)).isEqualTo(78);
    assertThat(desk.err())
        .isEqualTo(lines("latchkey: Keyset file: The file does not exist.", "Check the path."));
  }

  @Test
  void publicHalf_ofHybrid_sealsAndDoesNotOpen() {
    Path half = directory.resolve("public.json");
    assertThat(desk.run("keys", "init", "--hybrid", file)).isZero();
    assertThat(desk.run("keys", "public", file, half.toString())).isZero();

    String option = "--keyset-file=" + half;
    assertThat(desk.input("v").run("create", option, "sealed")).isZero();
    assertThat(desk.run("check", "--secret", "A=sealed")).isZero();
    assertThat(desk.run("check", option, "--secret", "A=sealed")).isEqualTo(78);
  }

  @Test
  void publicHalf_ofPlainKeyset_isRefused() {
    desk.run("keys", "init", file);

    assertThat(desk.run("keys", "public", file, directory.resolve("public.json").toString()))
        .isEqualTo(78);
    assertThat(desk.err())
        .isEqualTo(
            lines(
                "latchkey: Only a private hybrid keyset has a public half.",
                "Generate a hybrid keyset."));
  }

  @Test
  void init_kmsUriWithoutClient_makesNoFile() {
    assertThat(desk.run("keys", "init", "--keyset-kms-uri=nowhere://key", file)).isEqualTo(78);
    assertThat(desk.keyset()).doesNotExist();

    desk.environment.put("LATCHKEY_KEYSET_KMS_URI", "nowhere://key");
    assertThat(desk.run("keys", "init", file)).isEqualTo(78);
    assertThat(desk.keyset()).doesNotExist();
  }
}
