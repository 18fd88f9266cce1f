package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.latchkey.testing.junit.FakeSecret;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.env.Environment;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.MethodMode;

/** Shows what Spring's cache of contexts, here one of this class's own, does to fakes. */
@SpringBootTest(properties = "example=context-cache")
@TestMethodOrder(OrderAnnotation.class)
class ContextCacheTest {
  @Autowired private Payments payments;
  @Autowired private Invoices invoices;
  @Autowired private Environment environment;

  private void assertAuthorizations(String ofPayments, String ofInvoices) {
    assertEquals("Bearer " + ofPayments, payments.authorization());
    assertEquals("Bearer " + ofInvoices, invoices.authorization());
    assertEquals(ofPayments, environment.getProperty("MY_APP_SECRET"));
  }

  @Test
  @Order(1)
  @FakeSecret(env = "MY_APP_SECRET", value = "first")
  void fakes_areThereWhenTheContextIsMade() {
    assertAuthorizations("first", "first");
  }

  @Test
  @Order(2)
  @FakeSecret(env = "MY_APP_SECRET", value = "second")
  void cachedContext_keepsTheValueItWasMadeWith() {
    assertAuthorizations("second", "first");
  }

  @Test
  @Order(3)
  @DirtiesContext(methodMode = MethodMode.BEFORE_METHOD)
  @FakeSecret(env = "MY_APP_SECRET", value = "third")
  void contextMadeAnew_hasTheNewValue() {
    assertAuthorizations("third", "third");
  }
}
