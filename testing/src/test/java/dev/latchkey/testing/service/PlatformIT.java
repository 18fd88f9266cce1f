package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.latchkey.testing.service.ServiceProcess.Outcome;
import java.io.BufferedReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole of it, as its users have it: a person at the page, the packaged service and launcher,
 * an app in Python and one in Java.
 */
class PlatformIT {
  @TempDir Path directory;
  private @Nullable Process app;

  @AfterEach
  void endApp() {
    if (app != null) {
      app.destroyForcibly();
    }
  }

  @Test
  @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void secret_createdInThePage_isSeenReplacedAndDeletedInRunningApps() throws Exception {
    assumeTrue(
        AdminBrowser.onPath("python3").isPresent(),
        "The whole is not tested: there is no python3 on the PATH.");
    String data = directory.resolve("data").toString();
    try (AdminBrowser page = AdminBrowser.start();
        ServiceProcess service = ServiceProcess.start("--data", data, "--port", "0")) {
      page.open(URI.create(service.link()));
      page.click("#create-first");
      page.type("#secret-name", "my-secret");
      page.type("#value-line", "some-value");
      page.click("#secret-send");
      page.says("#outcome", "my-secret is created");

      assertThat(python(service)).isEqualTo(new Outcome(0, "bar some-value\n", ""));

      Process app = java(service);
      this.app = app;
      BufferedReader out = app.inputReader(UTF_8);
      assertThat(out.readLine()).isEqualTo("read some-value from secret://my-secret");
      assertThat(out.readLine()).isEqualTo("key null");
      page.click("#secrets-refresh");
      page.until("the app", () -> page.text("#secrets-rows").contains("orders"));

      page.press("my-secret", "Replace");
      page.type("#value-line", "other-value");
      page.click("#secret-send");
      assertThat(out.readLine()).isEqualTo("told other-value");
      app.getOutputStream().close();
      assertThat(app.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(app.exitValue()).isZero();
      page.click("#secrets-refresh");
      page.until("no app", () -> page.text("#secrets-rows").contains("no app"));

      page.press("my-secret", "Delete");
      page.type("#delete-typed", "my-secret");
      page.click("#delete-form .danger");
      page.shown("#secrets-empty");
      Outcome missing = python(service);
      assertThat(missing.status()).isEqualTo(66);
      assertThat(missing.out()).isEmpty();
      assertThat(missing.err())
          .contains("MY_APP_SECRET: No secret named 'my-secret' in project 'default'.");
      assertThat(service.interrupt().out()).isEqualTo("Stopped.\n");
    }
  }

  private Outcome python(ServiceProcess service) throws Exception {
    return service.latchkey(
        directory,
        "run",
        "--env",
        "FOO=bar",
        "--secret",
        "MY_APP_SECRET=my-secret",
        "--",
        "python3",
        "-c",
        "import os; print(os.environ['FOO'], os.environ['MY_APP_SECRET'])");
  }

  private static Process java(ServiceProcess service) throws Exception {
    return service
        .launcher(
            "run",
            "--by-reference",
            "--app",
            "orders",
            "--secret",
            "MY_APP_SECRET=my-secret",
            "--",
            ServiceProcess.JAVA,
            "-cp",
            System.getProperty("java.class.path"),
            WatchingChild.class.getName(),
            "MY_APP_SECRET")
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
