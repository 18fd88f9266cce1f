package dev.latchkey.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the Java in the README, but for {@link SamplesTest samples}, and runs what can be. */
class ReadmeTest {
  /** What the examples take for granted: imports, and an app around them. */
  private static final String SOURCE =
      """
      import dev.latchkey.*;
      import dev.latchkey.client.*;
      import dev.latchkey.client.integration.micrometer.*;
      import java.util.*;
      import java.util.function.*;

      public class Example%d {
        interface Pool {
          void setPassword(String password);
        }

        static Pool pool = password -> {};

        static io.micrometer.core.instrument.MeterRegistry registry;

        static void load(byte[] key) {}

        static void alarm(String text) {}

        public static void run() throws Exception {
      %s
        }
      }
      """;

  @TempDir Path directory;

  @Test
  void java_inTheReadme_compiles() throws Exception {
    List<String> blocks =
        ReadmeBlock.all().stream()
            .filter(block -> block.file().isEmpty())
            .map(ReadmeBlock::text)
            .toList();
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(4);
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
      Files.writeString(file, SOURCE.formatted(i, blocks.get(i)));
      arguments.add(file.toString());
    }

    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, System.out, System.err, arguments.toArray(String[]::new));

    assertThat(status).isZero();
    try (FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "other").install()) {
      run("Example" + indexOf(blocks, "String value = Secrets.get"));
      assertThat(secrets.toString()).isEqualTo("FakeSecrets[MY_APP_SECRET]");
    }
  }

  private static int indexOf(List<String> blocks, String text) {
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i).contains(text)) {
        return i;
      }
    }
    throw new AssertionError("The README has no example with " + text);
  }

  private void run(String name) throws Exception {
    try (var loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      Method run = loader.loadClass(name).getMethod("run");
      run.invoke(null);
    }
  }
}
