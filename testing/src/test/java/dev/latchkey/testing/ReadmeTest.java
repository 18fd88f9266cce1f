package dev.latchkey.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.latchkey.Secrets;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.slf4j.LoggerFactory;

/**
 * Compiles the Java in READMEs and in Javadoc, but for {@link SamplesTest samples}, and runs what
 * can be run of it.
 */
class ReadmeTest {
  /** Where examples are, and how many at least; from the directory of all modules. */
  private static final Map<String, Integer> DOCUMENTS =
      Map.of(
          "README.md", 4,
          "testing/README.md", 4,
          "testing/src/main/java/dev/latchkey/testing/FakeSecrets.java", 1,
          "testing/src/main/java/dev/latchkey/testing/LeakDetector.java", 1,
          "testing/src/main/java/dev/latchkey/testing/junit/FakeSecret.java", 1,
          "testing/src/main/java/dev/latchkey/testing/junit/ForbidLeaks.java", 1,
          "testing/src/main/java/dev/latchkey/testing/http/FakeSecretService.java", 1,
          "testing/src/main/java/dev/latchkey/testing/service/LocalSecretsService.java", 1);

  /** What the examples take for granted: imports, and an app around them. */
  private static final String SOURCE =
      """
      import static org.junit.jupiter.api.Assertions.assertEquals;
      import static org.junit.jupiter.api.Assertions.assertTrue;
      import dev.latchkey.*;
      import dev.latchkey.client.*;
      import dev.latchkey.client.integration.micrometer.*;
      import dev.latchkey.testing.*;
      import dev.latchkey.testing.http.*;
      import dev.latchkey.testing.junit.*;
      import dev.latchkey.testing.service.*;
      import org.junit.jupiter.api.Test;
      import java.net.URI;
      import java.nio.file.Path;
      import java.time.Duration;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.function.*;

      public class Example%d {
        interface Pool {
          void setPassword(String password);
        }

        public static Path directory;

        static Pool pool = password -> {};

        static io.micrometer.core.instrument.MeterRegistry registry;

        static Runnable app = () -> {};

        static ExecutorService executor = Executors.newCachedThreadPool();

        static void load(byte[] key) {}

        static ProcessBuilder processBuilder = new ProcessBuilder("true");

        static void alarm(String text) {}

        public static void run() throws Exception {
      %s
        }
      }
      """;

  @TempDir Path directory;

  @BeforeAll
  static void quietJetty() {
    // At DEBUG, which is Logback's default, no service starts.
    ((Logger) LoggerFactory.getLogger("org.eclipse.jetty")).setLevel(Level.INFO);
  }

  @Test
  void java_inDocuments_compilesAndRuns() throws Exception {
    List<String> blocks = blocks();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-d",
                directory.toString(),
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path")));
    for (int i = 0; i < blocks.size(); i++) {
      Path file = directory.resolve("Example" + i + ".java");
      Files.writeString(file, source(i, blocks.get(i)));
      arguments.add(file.toString());
    }

    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, System.out, System.err, arguments.toArray(String[]::new));

    assertThat(status).isZero();
    for (int i = 0; i < blocks.size(); i++) {
      if (isTest(blocks.get(i))) {
        runTest(i);
      } else if (blocks.get(i).contains("assertEquals(")) {
        run("Example" + i);
      }
    }
    assertThat(Secrets.find("MY_APP_SECRET")).as("the fakes are gone").isEmpty();
    try (FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "other").install()) {
      run("Example" + indexOf(blocks, "String value = Secrets.get"));
      assertThat(secrets.toString()).isEqualTo("FakeSecrets[MY_APP_SECRET]");
    }
  }

  private static List<String> blocks() throws Exception {
    List<String> blocks = new ArrayList<>();
    for (Map.Entry<String, Integer> document : DOCUMENTS.entrySet()) {
      int before = blocks.size();
      for (ReadmeBlock block : ReadmeBlock.of(document.getKey())) {
        if (block.file().isEmpty()) {
          blocks.add(block.text());
        }
      }
      assertThat(blocks.size() - before)
          .as(document.getKey())
          .isGreaterThanOrEqualTo(document.getValue());
    }
    return blocks;
  }

  private static boolean isTest(String block) {
    return block.contains("@Test");
  }

  /**
   * Returns a file with an example, in a method; or beside it, if it is a test, or a class of some.
   */
  private static String source(int i, String block) {
    if (!isTest(block)) {
      return SOURCE.formatted(i, block);
    }
    String tests =
        block.startsWith("class") ? block.replaceFirst("class \\w+", "") : "{" + block + "}";
    return SOURCE.formatted(i, "") + "class Tests" + i + tests;
  }

  private static int indexOf(List<String> blocks, String text) {
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i).contains(text)) {
        return i;
      }
    }
    throw new AssertionError("The README has no example with " + text);
  }

  private void runTest(int i) throws Exception {
    try (var loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      EngineTestKit.engine("junit-jupiter")
          .selectors(selectClass(loader.loadClass("Tests" + i)))
          .execute()
          .testEvents()
          .assertStatistics(it -> it.succeeded(1).failed(0));
    }
  }

  private void run(String name) throws Exception {
    try (var loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      Class<?> example = loader.loadClass(name);
      example.getField("directory").set(null, directory.resolve(name + "-data"));
      example.getMethod("run").invoke(null);
    }
  }
}
