package dev.latchkey.client;

import dev.latchkey.spi.Decryptor;
import dev.latchkey.spi.SealedSecret;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes the ciphertext for the value, and remembers the arrays that it gave away. */
final class FakeDecryptor implements Decryptor {
  final List<byte[]> given = new CopyOnWriteArrayList<>();

  @Override
  public byte[] open(SealedSecret sealed) {
    byte[] value = sealed.ciphertext().clone();
    given.add(value);
    return value;
  }
}
