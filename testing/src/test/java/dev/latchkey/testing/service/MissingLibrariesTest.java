package dev.latchkey.testing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MissingLibrariesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"jetty-", "okhttp-tls"})
  void start_withoutALibrary_saysWhatIsNeeded(String library) throws Throwable {
    // With Logback the service does not start: nobody has set its level.
    URL[] all = classPathWithout("logback-");
    URL[] without = classPathWithout("logback-", library);
    assertThat(without).hasSizeLessThan(all.length);

    start(all).close();
    assertThatThrownBy(() -> start(without))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "LocalSecretsService needs org.eclipse.jetty:jetty-server, and for TLS"
                + " com.squareup.okhttp3:okhttp-tls. Add what is missing with scope test.");
  }

  /** Starts a service, with TLS, whose classes are those of a class path. */
  private AutoCloseable start(URL[] classPath) throws Throwable {
    var loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
    Class<?> service = loader.loadClass(LocalSecretsService.class.getName());
    try {
      Object builder = service.getMethod("builder", Path.class).invoke(null, directory);
      builder.getClass().getMethod("tlsSelfSigned").invoke(builder);
      return (AutoCloseable) builder.getClass().getMethod("start").invoke(builder);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static URL[] classPathWithout(String... libraries) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(
            entry ->
                Arrays.stream(libraries)
                    .noneMatch(library -> entry.getFileName().toString().startsWith(library)))
        .map(MissingLibrariesTest::url)
        .toArray(URL[]::new);
  }

  private static URL url(Path entry) {
    try {
      return entry.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new AssertionError(e);
    }
  }
}
