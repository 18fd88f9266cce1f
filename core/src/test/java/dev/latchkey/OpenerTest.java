package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.spi.SecretResolver;
import dev.latchkey.spi.SecretResolverProvider;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class OpenerTest {
  private static final AtomicInteger CREATED = new AtomicInteger();
  private static final FakeResolver RESOLVER = new FakeResolver().with("a", "alpha");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("X", "secret://a", "P", "plain", "LATCHKEY_ROLE", "work");

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private final SecretEnvironment environment =
      SecretEnvironment.builder().environment(ENVIRONMENT).build();
  @TempDir private Path services;

  /** Gives the resolver of this test. */
  public static final class Good implements SecretResolverProvider {
    @Override
    public SecretResolver create(Map<String, String> environment) {
      assertThat(environment).isEqualTo(ENVIRONMENT);
      CREATED.incrementAndGet();
      return RESOLVER;
    }
  }

  /** Another one. */
  public static final class Second implements SecretResolverProvider {
    @Override
    public SecretResolver create(Map<String, String> environment) {
      throw new AssertionError("made, though there are two");
    }
  }

  /** Fails the first time. */
  public static final class Flaky implements SecretResolverProvider {
    @Override
    public SecretResolver create(Map<String, String> environment) {
      if (CREATED.incrementAndGet() == 1) {
        throw new SecretConfigurationException("LATCHKEY_SOURCE is missing.", "Set it.");
      }
      return RESOLVER;
    }
  }

  /** Takes its time. */
  public static final class Slow implements SecretResolverProvider {
    static final CountDownLatch BEGUN = new CountDownLatch(1);
    static final CountDownLatch GO_ON = new CountDownLatch(1);

    @Override
    public SecretResolver create(Map<String, String> environment) {
      CREATED.incrementAndGet();
      BEGUN.countDown();
      try {
        assertThat(GO_ON.await(10, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return RESOLVER;
    }
  }

  /** Reads a secret; made in a class loader that has the library and the provider for itself. */
  public static final class Isolated implements Supplier<String> {
    @Override
    public String get() {
      try (SecretEnvironment environment =
          SecretEnvironment.builder().environment(ENVIRONMENT).build()) {
        return environment.get("X");
      }
    }
  }

  @BeforeEach
  void reset() {
    CREATED.set(0);
    RESOLVER.closes = 0;
  }

  @AfterEach
  void restoreClassLoader() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private URL provided(String... providers) throws IOException {
    Path file = services.resolve("META-INF/services/" + SecretResolverProvider.class.getName());
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(providers));
    return services.toUri().toURL();
  }

  private void install(String... providers) throws IOException {
    Thread.currentThread()
        .setContextClassLoader(new URLClassLoader(new URL[] {provided(providers)}, before));
  }

  @Test
  void get_noProvider_saysWhatToAdd() {
    assertThat(environment.get("P")).isEqualTo("plain");
    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "X: Nothing here resolves secrets: no SecretResolverProvider was found. Bound by"
                + " secret://a. Add latchkey-client to the class path or module path.");
  }

  @Test
  void get_twoProviders_namesBoth() throws IOException {
    install(Second.class.getName(), Good.class.getName());

    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "X: More than one SecretResolverProvider was found: dev.latchkey.OpenerTest$Good,"
                + " dev.latchkey.OpenerTest$Second. Bound by secret://a. Keep one of them on the"
                + " class path, or build a SecretEnvironment with the resolver that you want.");
    assertThat(CREATED).hasValue(0);
  }

  @Test
  void get_providerThatIsNotThere_namesIt() throws IOException {
    install("com.example.Gone");

    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage(
            "X: A SecretResolverProvider cannot be loaded:"
                + " dev.latchkey.spi.SecretResolverProvider: Provider com.example.Gone not found."
                + " Bound by secret://a. Mend or remove the library that brings it.");
  }

  @Test
  void get_oneProvider_makesTheResolverOnceAndClosesIt() throws IOException {
    install(Good.class.getName());

    assertThat(CREATED).hasValue(0);
    assertThat(environment.get("X")).isEqualTo("alpha");
    environment.value("X").close();
    assertThat(CREATED).hasValue(1);
    environment.close();
    environment.close();
    assertThat(RESOLVER.closes).isEqualTo(1);
  }

  @Test
  void close_beforeFirstUse_noResolverIsMadeAfterwards() throws IOException {
    install(Good.class.getName());
    environment.close();

    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("This environment is closed.");
    assertThat(environment.get("P")).isEqualTo("plain");
    assertThat(CREATED).hasValue(0);
  }

  @Test
  void get_providerFails_isTriedAgain() throws IOException {
    install(Flaky.class.getName());

    assertThatThrownBy(() -> environment.get("X"))
        .isInstanceOf(SecretConfigurationException.class)
        .hasMessage("X: LATCHKEY_SOURCE is missing. Bound by secret://a. Set it.");
    assertThat(environment.get("X")).isEqualTo("alpha");
    assertThat(CREATED).hasValue(2);
  }

  @Test
  void get_manyThreadsAtFirst_makeOneResolver() throws Exception {
    install(Slow.class.getName());
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    int threads = 8;
    var started = new CountDownLatch(threads);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<String>> texts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        texts.add(
            pool.submit(
                () -> {
                  Thread.currentThread().setContextClassLoader(loader);
                  started.countDown();
                  return environment.get("X");
                }));
      }
      started.await();
      Slow.BEGUN.await();
      Slow.GO_ON.countDown();
      for (Future<String> text : texts) {
        assertThat(text.get()).isEqualTo("alpha");
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(CREATED).hasValue(1);
  }

  @Test
  void get_threadWithAnotherClassLoader_findsTheProviderBesideTheLibrary() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(url(entry));
    }
    urls.add(provided(Good.class.getName()));
    try (var own =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
      Object isolated =
          own.loadClass(Isolated.class.getName()).getDeclaredConstructor().newInstance();

      assertThat(isolated).isNotInstanceOf(Isolated.class);
      assertThat(((Supplier<?>) isolated).get()).isEqualTo("alpha");
    }
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new AssertionError(e);
    }
  }
}
