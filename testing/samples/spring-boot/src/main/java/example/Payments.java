package example;

import dev.latchkey.Secrets;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Asks for the secret each time, so a rotation reaches it. */
@Component
class Payments {
  private final Supplier<String> token = Secrets.supplier("MY_APP_SECRET");

  String authorization() {
    return "Bearer " + token.get();
  }
}
