package example;

import dev.latchkey.Secrets;
import java.util.function.Supplier;

/** Stands for an app: it signs in at another service with a secret. */
public final class Payments {
  private final Supplier<String> token = Secrets.supplier("MY_APP_SECRET");

  public String authorization() {
    return "Bearer " + token.get();
  }
}
