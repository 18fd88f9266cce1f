package example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Stands for an app. */
@SpringBootApplication
public class PaymentsApp {
  public static void main(String[] args) {
    SpringApplication.run(PaymentsApp.class, args);
  }
}
