package dev.latchkey.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What is in the jars that are published. */
class JarsIT {
  private static ModuleDescriptor module(Path jar) {
    Set<ModuleReference> modules = ModuleFinder.of(jar).findAll();
    assertThat(modules).hasSize(1);
    return modules.iterator().next().descriptor();
  }

  @Test
  void modules_haveTheirNamesAndServices() {
    ModuleDescriptor core = module(Jars.core());
    assertThat(core.name()).isEqualTo("dev.latchkey.core");
    assertThat(core.isAutomatic()).isFalse();
    assertThat(core.exports())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactlyInAnyOrder("dev.latchkey", "dev.latchkey.spi");
    assertThat(core.requires())
        .filteredOn(r -> !r.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactly("java.base");

    ModuleDescriptor client = module(Jars.client());
    assertThat(client.name()).isEqualTo("dev.latchkey.client");
    assertThat(client.isAutomatic()).isFalse();
    assertThat(client.provides()).hasSize(1);
    assertThat(client.uses())
        .containsExactlyInAnyOrder(
            "com.google.crypto.tink.KmsClient", "dev.latchkey.spi.DecryptorProvider");
    assertThat(client.exports())
        .extracting(ModuleDescriptor.Exports::source)
        .doesNotContain("dev.latchkey.client.cli");
  }

  @Test
  void entries_bearTheTimeOfTheBuildFile() throws Exception {
    Matcher time =
        Pattern.compile("<project.build.outputTimestamp>(.*?)</")
            .matcher(Files.readString(Path.of("..", "pom.xml")));
    assertThat(time.find()).isTrue();
    LocalDateTime expected = LocalDateTime.ofInstant(Instant.parse(time.group(1)), ZoneOffset.UTC);
    for (Path path : List.of(Jars.core(), Jars.client())) {
      try (var jar = new JarFile(path.toFile())) {
        List<? extends ZipEntry> entries = jar.stream().toList();
        assertThat(entries).hasSizeGreaterThan(20);
        assertThat(entries).allSatisfy(e -> assertThat(e.getTimeLocal()).isEqualTo(expected));
        assertThat(new String(read(jar, JarFile.MANIFEST_NAME), StandardCharsets.UTF_8))
            .doesNotContain("Built-By");
      }
    }
  }

  private static byte[] read(JarFile jar, String name) throws Exception {
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      return in.readAllBytes();
    }
  }

  @Test
  void pom_ofTheClient_hasTheCommandsAndTheMetersLibraryOptional() throws Exception {
    Map<String, String> optional = new HashMap<>();
    try (var jar = new JarFile(Jars.client().toFile());
        InputStream in =
            jar.getInputStream(
                jar.getEntry("META-INF/maven/dev.latchkey/latchkey-client/pom.xml"))) {
      NodeList dependencies =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(in)
              .getElementsByTagName("dependency");
      for (int i = 0; i < dependencies.getLength(); i++) {
        var dependency = (Element) dependencies.item(i);
        if (text(dependency, "scope").isEmpty()) {
          optional.put(text(dependency, "artifactId"), text(dependency, "optional"));
        }
      }
    }
    assertThat(optional)
        .containsOnly(
            Map.entry("latchkey-core", ""),
            Map.entry("tink", ""),
            Map.entry("jackson-databind", ""),
            Map.entry("okhttp-jvm", ""),
            Map.entry("caffeine", ""),
            Map.entry("picocli", "true"),
            Map.entry("micrometer-core", "true"));
  }

  @Test
  void command_holdsThePicocliLibraryAndNoMeters() throws Exception {
    try (var jar = new JarFile(Path.of("target", "latchkey.jar").toFile())) {
      assertThat(jar.stream().map(ZipEntry::getName))
          .contains("picocli/CommandLine.class")
          .noneMatch(name -> name.matches("(io/micrometer|org/HdrHistogram|org/LatencyUtils)/.*"));
    }
  }

  private static String text(Element parent, String name) {
    NodeList found = parent.getElementsByTagName(name);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent();
  }
}
