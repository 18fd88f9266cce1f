package dev.latchkey.testing.http;

/** A program that uses a service in the clear, and then asks for TLS. */
final class PlainUse {
  private PlainUse() {}

  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) {
    try (FakeSecretService service = FakeSecretService.start()) {
      service.put("my-secret", "some-value");
      System.out.println(Asking.read(service.client(), "secret://my-secret"));
      System.out.println(service.settings().size());
    }
    try (FakeSecretService service = FakeSecretService.builder().tls().start()) {
      System.out.println(service.address().getScheme());
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
    }
  }
}
