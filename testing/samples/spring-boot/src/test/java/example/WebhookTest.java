package example;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import dev.latchkey.testing.FakeSecrets;
import dev.latchkey.testing.junit.FakeSecret;
import dev.latchkey.testing.junit.ForbidLeaks;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.web.servlet.MockMvc;

@WebMvcTest(Webhook.class)
@ForbidLeaks
@FakeSecret(env = "MY_APP_SECRET", value = "some-value")
class WebhookTest {
  @Autowired private MockMvc mvc;

  @Test
  void notice_isTakenFromWhoKnowsTheSecret() throws Exception {
    mvc.perform(post("/notices").header("X-Token", "some-value")).andExpect(status().isAccepted());
    mvc.perform(post("/notices").header("X-Token", "a-guess")).andExpect(status().isForbidden());
  }

  @Test
  void notice_afterARotation_isTakenWithTheNewSecretAlone(FakeSecrets secrets) throws Exception {
    secrets.rotate("MY_APP_SECRET", "other-value");

    mvc.perform(post("/notices").header("X-Token", "other-value")).andExpect(status().isAccepted());
    mvc.perform(post("/notices").header("X-Token", "some-value")).andExpect(status().isForbidden());
  }
}
