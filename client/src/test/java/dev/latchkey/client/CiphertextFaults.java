package dev.latchkey.client;

import dev.latchkey.SecretDecryptionException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.client.Fault.Effect;
import dev.latchkey.client.tink.TinkSealer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Well-formed answers whose ciphertext is not the one of the secret, or an older one. */
final class CiphertextFaults {
  private static final long NEXT = FaultRig.VERSION + 1;

  /** Of Tink's prefix that names the key; a nonce of 12 bytes follows. */
  private static final int PREFIX_BYTES = 5;

  private static final int NONCE_BYTES = 12;

  private CiphertextFaults() {}

  static List<Fault> all() {
    List<Fault> faults = new ArrayList<>();
    faults.addAll(swapped());
    faults.addAll(damaged());
    faults.addAll(sealedAnew());
    faults.addAll(rolledBack());
    return faults;
  }

  private static byte[] seal(TinkSealer sealer, String project, String name, long version) {
    return FaultServer.seal(sealer, project, name, version);
  }

  private static List<Fault> swapped() {
    TinkSealer sealer = TinkSealer.of(FaultRig.OLD);
    TinkSealer foreign = TinkSealer.of(FaultRig.GONE);
    return List.of(
        unopened("of another name", own -> seal(sealer, "shop", "other-secret", NEXT)),
        unopened("of another project", own -> seal(sealer, "bank", "my-secret", NEXT)),
        unopened("of an older version", own -> seal(sealer, "shop", "my-secret", NEXT - 1)),
        unopened("of a newer version", own -> seal(sealer, "shop", "my-secret", NEXT + 1)),
        unopened("of a foreign key", own -> seal(foreign, "shop", "my-secret", NEXT)),
        unopened(
            "of a foreign key under the name of ours",
            own -> {
              byte[] forged = seal(foreign, "shop", "my-secret", NEXT);
              System.arraycopy(own, 0, forged, 0, PREFIX_BYTES);
              return forged;
            }));
  }

  private static List<Fault> damaged() {
    return List.of(
        flipped("first of the prefix", own -> 0),
        flipped("last of the prefix", own -> PREFIX_BYTES - 1),
        flipped("first of the nonce", own -> PREFIX_BYTES),
        flipped("first of the text", own -> PREFIX_BYTES + NONCE_BYTES),
        flipped("last of the tag", own -> own.length - 1),
        cut("nothing", own -> 0),
        cut("a part of the prefix", own -> PREFIX_BYTES - 1),
        cut("the prefix", own -> PREFIX_BYTES),
        cut("no text", own -> PREFIX_BYTES + NONCE_BYTES),
        cut("half", own -> own.length / 2),
        cut("all but a byte", own -> own.length - 1),
        unopened("with a byte more", own -> Arrays.copyOf(own, own.length + 1)));
  }

  private static Fault flipped(String which, Function<byte[], Integer> position) {
    return unopened(
        "with a bit flipped in the " + which,
        own -> {
          own[position.apply(own)] ^= 1;
          return own;
        });
  }

  private static Fault cut(String rest, Function<byte[], Integer> length) {
    return unopened("cut to " + rest, own -> Arrays.copyOf(own, length.apply(own)));
  }

  /** All give one message: what exactly is wrong would teach an attacker. Asked for once more. */
  private static Fault unopened(String name, UnaryOperator<byte[]> change) {
    return Fault.named("ciphertext " + name)
        .strike(
            rig -> {
              byte[] own = seal(TinkSealer.of(FaultRig.OLD), "shop", "my-secret", NEXT);
              rig.server.put("my-secret", NEXT, change.apply(own));
            })
        .fails(
            SecretDecryptionException.class,
            "'my-secret' version 8 in project 'shop' could not be opened. Check that this process"
                + " has the keyset that it was sealed with, in LATCHKEY_KEYSET_FILE or"
                + " LATCHKEY_KEYSET, and that the ciphertext was neither changed nor moved.",
            Effect.STALE)
        .fetches(2)
        .healedBy(rig -> rig.server.put("my-secret", NEXT));
  }

  private static List<Fault> sealedAnew() {
    TinkSealer newer = TinkSealer.of(FaultRig.ROTATED);
    TinkSealer gone = TinkSealer.of(FaultRig.GONE);
    return List.of(
        Fault.named("keyset rotated, sealed with the old key")
            .strike(rig -> rig.server.put("my-secret", NEXT)),
        Fault.named("keyset rotated, sealed with the new key")
            .strike(
                rig -> rig.server.put("my-secret", NEXT, seal(newer, "shop", "my-secret", NEXT))),
        unopened("of a key that is gone", own -> seal(gone, "shop", "my-secret", NEXT)),
        Fault.named("keyset rotated, sealed anew between the two requests")
            .strike(
                rig -> {
                  rig.server.put("my-secret", NEXT, seal(gone, "shop", "my-secret", NEXT));
                  rig.server.fault(
                      (a, q) -> {
                        if (q.number() == 2 && !q.queries().isEmpty()) {
                          rig.server.put("my-secret", NEXT);
                        }
                      });
                })
            .fetches(2));
  }

  private static List<Fault> rolledBack() {
    String message =
        "The source went back to 'my-secret' version 6 in project 'shop', after version 7 was"
            + " seen. If that is meant, create the old value as a new version.";
    return List.of(
        Fault.named("older version, after a newer one was fetched")
            .strike(
                rig -> {
                  if (rig.status().version().isEmpty()) {
                    rig.read();
                    rig.server.remove("my-secret");
                    rig.client.refresh();
                    rig.fail(FaultRig.REF);
                    rig.time.pass(Duration.ofSeconds(5));
                  }
                  rig.server.put("my-secret", FaultRig.VERSION - 1);
                })
            .fails(SecretProtocolException.class, message, Effect.STALE)
            .refusesRollback(FaultRig.VERSION - 1, FaultRig.VERSION)
            .healedBy(rig -> rig.server.put("my-secret", FaultRig.VERSION)));
  }
}
