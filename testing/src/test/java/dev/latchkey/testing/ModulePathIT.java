package dev.latchkey.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a named module needs to use this one. */
class ModulePathIT {
  @TempDir Path directory;

  private static String fakes() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(
            entry ->
                entry.matches(".*(jspecify|latchkey-(core|testing))-[^/\\\\]*jar")
                    || entry.matches(".*(core|testing).target.classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void fakes_needCoreAloneOfAModule() throws Exception {
    Path module = directory.resolve("module-info.java");
    Path use = directory.resolve("Use.java");
    Files.writeString(module, "module app.test { requires dev.latchkey.testing; }");
    Files.writeString(
        use,
        """
        package app;
        import dev.latchkey.Secrets;
        import dev.latchkey.testing.FakeSecrets;
        import dev.latchkey.testing.LeakDetector;
        public class Use {
          public static void main(String[] arguments) throws Exception {
            FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "some-value");
            try (secrets; LeakDetector leaks = new LeakDetector().forbid(secrets).start()) {
              secrets.install();
              System.exit(Secrets.get("MY_APP_SECRET").equals(System.getenv("MY_APP_SECRET")) ? 7 : 1);
            }
          }
        }
        """);
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                System.out,
                System.err,
                "-p",
                fakes(),
                "-d",
                directory.toString(),
                module.toString(),
                use.toString());
    assertThat(compiled).isZero();

    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                fakes() + File.pathSeparator + directory,
                "-m",
                "app.test/app.Use")
            .inheritIO()
            .start();
    assertThat(run.waitFor()).isEqualTo(7);
  }

  @Test
  void suites_areOpenToJUnit() {
    ModuleDescriptor descriptor =
        ModuleFinder.of(
                Arrays.stream(fakes().split(File.pathSeparator, -1))
                    .map(Path::of)
                    .toArray(Path[]::new))
            .find("dev.latchkey.testing")
            .orElseThrow()
            .descriptor();

    assertThat(descriptor.opens())
        .extracting(ModuleDescriptor.Opens::source)
        .containsExactly("dev.latchkey.testing.contract");
  }
}
