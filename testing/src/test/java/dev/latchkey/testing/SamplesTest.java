package dev.latchkey.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the README against the samples, which modules of their own compile and run. */
class SamplesTest {
  private static final Pattern PACKAGE = Pattern.compile("\\Apackage [\\w.]+;\n\n");

  @Test
  void samples_inTheReadme_areTheTextOfTheirFilesAfterThePackage() throws Exception {
    List<ReadmeBlock> samples =
        ReadmeBlock.of("README.md").stream().filter(block -> block.file().isPresent()).toList();

    assertThat(samples).hasSizeGreaterThanOrEqualTo(3);
    assertThat(ReadmeBlock.readme().split("<!-- testing/samples/", -1))
        .as("comments with a file's name, each right before a block")
        .hasSize(samples.size() + 1);
    for (ReadmeBlock sample : samples) {
      String file = sample.file().orElseThrow();
      String text = Files.readString(ReadmeBlock.ROOT.resolve(file));
      assertThat(sample.text()).as(file).isEqualTo(PACKAGE.matcher(text).replaceFirst(""));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "junit.version, JUnit Jupiter",
    "junit-floor.version, and",
    "junit4.version, JUnit",
    "kotlin.version, Kotlin",
    "spring-boot.version, Spring Boot",
    "testng.version, TestNG"
  })
  void versions_inTheReadme_areThoseBuiltWith(String property, String name) throws Exception {
    String pom = Files.readString(ReadmeBlock.ROOT.resolve("pom.xml"));
    Matcher version = Pattern.compile("<" + Pattern.quote(property) + ">(.+)</").matcher(pom);

    assertThat(version.find()).isTrue();
    assertThat(ReadmeBlock.readme()).contains(name + " " + version.group(1));
  }
}
