package example;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Keeps the value that the variable had when Spring made its context. */
@Component
class Invoices {
  private final String token;

  Invoices(@Value("${MY_APP_SECRET}") String token) {
    this.token = token;
  }

  String authorization() {
    return "Bearer " + token;
  }
}
