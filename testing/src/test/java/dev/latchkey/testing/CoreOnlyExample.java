package dev.latchkey.testing;

import dev.latchkey.Secrets;
import java.util.function.Supplier;

/** A use of fakes that is run with core and testing alone on the class path. */
public final class CoreOnlyExample implements Supplier<String> {
  @Override
  public String get() {
    try (FakeSecrets secrets = FakeSecrets.of("MY_APP_SECRET", "some-value").install()) {
      String before = Secrets.get("MY_APP_SECRET");
      secrets.rotate("MY_APP_SECRET", "other-value");
      return before + " " + Secrets.get("MY_APP_SECRET");
    }
  }
}
