package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EntryLimitsTest {
  private static final String BIG =
      "The variable is over 128 KiB, the most that an environment variable can hold. Mend it.";

  private static void check(Charset charset, String value) {
    new EntryLimits(charset).check(Map.of("V", value), Map.of(), "Mend it.");
  }

  @Test
  void check_unencodable_namesVariableAndCharset() {
    assertThatThrownBy(() -> check(StandardCharsets.US_ASCII, "hunter2é"))
        .isInstanceOf(SecretValueException.class)
        .hasMessage(
            "V: The value has a character that US-ASCII, the charset of this process's environment,"
                + " cannot encode. Mend it.");
    assertThatThrownBy(() -> check(StandardCharsets.UTF_8, "\uD83D"))
        .hasMessageStartingWith("V: The value has a character that UTF-8,");
    assertThatCode(() -> check(StandardCharsets.ISO_8859_1, "é")).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(StandardCharsets.ISO_8859_1, "€"))
        .isInstanceOf(SecretValueException.class);
  }

  @ParameterizedTest
  @CsvSource({"UTF-8, x, 1", "UTF-8, é, 2", "UTF-8, €, 3", "ISO-8859-1, é, 1", "US-ASCII, x, 1"})
  void check_size_countsEncodedBytesAndTheEnd(String charset, String piece, int bytes) {
    int room = EntryLimits.MAX_ENTRY_BYTES - "V=".length() - 1;
    String most = "x".repeat(room % bytes) + piece.repeat(room / bytes);

    assertThatCode(() -> check(Charset.forName(charset), most)).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(Charset.forName(charset), most + "x"))
        .isInstanceOf(SecretValueException.class)
        .hasMessage("V: " + BIG);
  }

  /**
   * What is refused is exactly what a child would not get, whatever the JDK, the locale and the
   * default charset. The JDK under test is the one that runs this.
   */
  @ParameterizedTest
  @CsvSource({"C, UTF-8", "C, US-ASCII", "C.UTF-8, UTF-8", "C.UTF-8, ISO-8859-1"})
  @Timeout(60)
  void check_inThisProcess_refusesWhatChildrenWouldNotGet(String locale, String charset)
      throws Exception {
    var process =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dfile.encoding=" + charset,
            "-cp",
            System.getProperty("java.class.path"),
            Launch.class.getName());
    process.environment().put("LC_ALL", locale);
    process.redirectErrorStream(true);
    Process child = process.start();
    List<String> lines =
        new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();

    assertThat(child.waitFor()).as(lines.toString()).isZero();
    assertThat(lines).isSubsetOf("refused and mangled", "accepted and whole").hasSize(3);
    assertThat(lines.get(0)).isEqualTo("accepted and whole");
  }

  /** Says of three texts whether they are refused, and what a child gets of them. */
  static final class Launch {
    private Launch() {}

    public static void main(String[] args) throws Exception {
      for (String text : List.of("x", "\u00E9", "\u20AC")) {
        String verdict = "accepted";
        try {
          EntryLimits.ofThisProcess().check(Map.of("V", text), Map.of(), "");
        } catch (SecretValueException e) {
          verdict = "refused";
        }
        var process = new ProcessBuilder("sh", "-c", "printf %s \"$V\"");
        process.environment().put("V", text);
        byte[] got = process.start().getInputStream().readAllBytes();
        boolean whole = !new String(got, StandardCharsets.ISO_8859_1).equals("?");
        System.out.println(verdict + " and " + (whole ? "whole" : "mangled"));
      }
    }
  }
}
