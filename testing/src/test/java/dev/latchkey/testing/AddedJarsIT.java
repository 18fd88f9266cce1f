package dev.latchkey.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the module adds to the class path of tests: no more than its READMEs say. */
class AddedJarsIT {
  private static final List<String> FAKES =
      List.of("latchkey-testing", "latchkey-core", "jspecify");

  /** What FakeSecretService needs besides, TLS left out. */
  private static final List<String> SERVICE =
      List.of(
          "annotations",
          "caffeine",
          "error_prone_annotations",
          "gson",
          "jackson-annotations",
          "jackson-core",
          "jackson-databind",
          "jsr305",
          "kotlin-stdlib",
          "latchkey-client",
          "mockwebserver3",
          "okhttp-jvm",
          "okio-jvm",
          "protobuf-java",
          "tink");

  /** What is on this class path for the module's own tests, or for optional parts of it. */
  private static final Pattern OTHERS =
      Pattern.compile(
          "okhttp-tls|(junit|jetty|micrometer|logback)-.*|opentest4j|apiguardian-api|assertj-core"
              + "|byte-buddy|archunit|slf4j-api|HdrHistogram|LatencyUtils|picocli"
              + "|(selenium|opentelemetry|auto-service)(-.*)?|guava|failureaccess"
              + "|listenablefuture|j2objc-annotations");

  /** Returns the size of each jar on this class path, by its name without a version. */
  private static Map<String, Long> jars() throws IOException {
    Map<String, Long> jars = new TreeMap<>();
    String[] entries =
        System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator), -1);
    for (String entry : entries) {
      if (entry.endsWith(".jar")) {
        String name = String.valueOf(Path.of(entry).getFileName());
        jars.put(name.replaceFirst("-[0-9].*", ""), Files.size(Path.of(entry)));
      }
    }
    return jars;
  }

  private static double kib(Collection<String> names) throws IOException {
    Map<String, Long> jars = jars();
    assertThat(jars.keySet()).containsAll(names);
    jars.keySet().retainAll(names);
    return jars.values().stream().mapToLong(size -> size).sum() / 1024.0;
  }

  /** Returns the numbers in a claim, whose words may be on two lines. */
  private static List<Integer> claim(String readme, String claim) throws IOException {
    Matcher matcher =
        Pattern.compile(claim.replace(" ", "\\s+"))
            .matcher(Files.readString(Path.of("..", readme)));
    assertThat(matcher.find()).as(readme + ": " + claim).isTrue();
    List<Integer> numbers = new ArrayList<>();
    for (int i = 1; i <= matcher.groupCount(); i++) {
      numbers.add(Integer.valueOf(matcher.group(i)));
    }
    return numbers;
  }

  private static List<String> needed(String module) throws Exception {
    NodeList dependencies =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("..", module, "pom.xml").toFile())
            .getElementsByTagName("dependency");
    List<String> needed = new ArrayList<>();
    for (int i = 0; i < dependencies.getLength(); i++) {
      var dependency = (Element) dependencies.item(i);
      if (text(dependency, "scope").isEmpty() && text(dependency, "optional").isEmpty()) {
        needed.add(text(dependency, "artifactId"));
      }
    }
    return needed;
  }

  private static String text(Element parent, String name) {
    NodeList found = parent.getElementsByTagName(name);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent();
  }

  @Test
  void fakes_addThreeJarsUnderTheSizeClaimed() throws Exception {
    assertThat(needed("testing")).containsExactly("latchkey-core");
    assertThat(needed("core")).containsExactly("jspecify");
    for (String readme : List.of("README.md", "testing/README.md")) {
      assertThat(kib(FAKES)).isLessThan(claim(readme, "three jars, under (\\d+) KiB").get(0));
    }
  }

  @Test
  void service_addsTheJarsClaimed() throws Exception {
    List<String> added = new ArrayList<>(FAKES);
    added.addAll(SERVICE);
    assertThat(jars().keySet())
        .filteredOn(name -> !OTHERS.matcher(name).matches())
        .containsExactlyInAnyOrderElementsOf(added);
    assertThat(claim("testing/README.md", "(\\d+) jars, (\\d+) MiB"))
        .containsExactly(added.size(), (int) Math.round(kib(added) / 1024));
    assertThat(claim("testing/README.md", "(\\d+) and (\\d+) KiB"))
        .containsExactly(
            (int) Math.round(kib(List.of("mockwebserver3"))),
            (int) Math.round(kib(List.of("okhttp-tls"))));
  }
}
