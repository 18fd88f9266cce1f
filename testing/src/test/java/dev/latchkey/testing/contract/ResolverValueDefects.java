package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.ResolverStateDefects.viewing;
import static dev.latchkey.testing.contract.SuiteVariant.defect;
import static dev.latchkey.testing.contract.SuiteVariant.sound;

import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What can be wrong with what it resolves, and which tests of the suite for resolvers must notice.
 */
final class ResolverValueDefects {
  private ResolverValueDefects() {}

  private static Supplier<MemoryResolver> asking(UnaryOperator<SecretRef> change) {
    return () ->
        new MemoryResolver() {
          @Override
          public SecretValue resolve(SecretRef ref) {
            return super.resolve(change.apply(ref));
          }
        };
  }

  private static Supplier<MemoryResolver> giving(UnaryOperator<byte[]> change) {
    return () ->
        new MemoryResolver() {
          @Override
          byte[] field(SecretRef ref, byte[] value) {
            return change.apply(super.field(ref, value));
          }
        };
  }

  /** Makes the only failure of a resolver, for all that it is asked. */
  private static Supplier<MemoryResolver> missing(
      BiFunction<MemoryResolver, SecretRef, SecretNotFoundException> failure) {
    return () ->
        new MemoryResolver() {
          @Override
          SecretNotFoundException missing(SecretRef ref) {
            return failure.apply(this, ref);
          }
        };
  }

  private static String utf8(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  static final List<SuiteVariant<Supplier<MemoryResolver>>> ALL =
      List.of(
          sound("sound", MemoryResolver::new),
          sound("sound without what it may lack", ResolverDefects.Plain::new),
          defect(
              "takes values for text",
              giving(value -> utf8(value).getBytes(StandardCharsets.UTF_8)),
              "resolve_anyValue_isItsBytes"),
          defect(
              "cuts values at 64 KiB",
              giving(value -> Arrays.copyOf(value, Math.min(value.length, 1 << 16))),
              "resolve_anyValue_isItsBytes"),
          defect(
              "trims values",
              giving(value -> utf8(value).strip().getBytes(StandardCharsets.UTF_8)),
              "text_view_readsWhatResolvingGives"),
          defect(
              "knows names in one case",
              () ->
                  new MemoryResolver() {
                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      if (ref.name().toString().equals("MY-SECRET")) {
                        throw missing(ref);
                      }
                      return super.resolve(ref);
                    }
                  },
              "resolve_optionalOrInOtherCase_isTheSameSecret"),
          defect(
              "knows nothing that is optional",
              () ->
                  new MemoryResolver() {
                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      if (ref.optional()) {
                        throw missing(ref);
                      }
                      return super.resolve(ref);
                    }
                  },
              "resolve_optionalOrInOtherCase_isTheSameSecret",
              "text_view_readsWhatResolvingGives",
              "prefetch_someFail_returnsThoseFailures"),
          defect(
              "gives the first version",
              asking(ref -> ref.version().isPresent() ? ref : ref.withVersion(1)),
              "resolve_withoutPin_isNewest",
              "text_view_readsWhatResolvingGives"),
          defect(
              "ignores the pin",
              asking(
                  ref -> {
                    SecretRef newest = SecretRef.of(ref.name());
                    return ref.field().map(newest::withField).orElse(newest);
                  }),
              "resolve_pinned_isThatVersion",
              "resolve_missing_isNotFoundWhetherOptionalOrNot",
              "text_view_readsWhatResolvingGives",
              "prefetch_someFail_returnsThoseFailures"),
          defect(
              "gives one value to all",
              () ->
                  new MemoryResolver() {
                    private final Map<SecretRef, SecretValue> values = new HashMap<>();

                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      return values.computeIfAbsent(ref, super::resolve);
                    }
                  },
              "resolve_twice_givesEachCallerItsOwn"),
          defect(
              "gives the array that it keeps",
              () ->
                  new MemoryResolver() {
                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      super.resolve(ref).close();
                      List<byte[]> all = versions.getOrDefault(ref.name(), List.of());
                      return SecretValue.adopt(all.get(all.size() - 1));
                    }
                  },
              "resolve_twice_givesEachCallerItsOwn"),
          defect(
              "closes what it gave when it is closed",
              () ->
                  new MemoryResolver() {
                    private final List<SecretValue> given = new ArrayList<>();

                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      SecretValue value = super.resolve(ref);
                      given.add(value);
                      return value;
                    }

                    @Override
                    public synchronized void close() {
                      super.close();
                      given.forEach(SecretValue::close);
                    }
                  },
              "resolve_twice_givesEachCallerItsOwn"),
          defect(
              "gives an empty value for what is optional and missing",
              () ->
                  new MemoryResolver() {
                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      try {
                        return super.resolve(ref);
                      } catch (SecretNotFoundException e) {
                        if (ref.optional()) {
                          return SecretValue.of("");
                        }
                        throw e;
                      }
                    }
                  },
              "resolve_missing_isNotFoundWhetherOptionalOrNot",
              "text_missing_throwsAtEachRead",
              "prefetch_someFail_returnsThoseFailures"),
          defect(
              "is unavailable where a secret is missing",
              missing(
                  (resolver, ref) -> {
                    throw new SecretUnavailableException(
                        "'" + ref.name() + "' is away.", "Look for it.");
                  }),
              "resolve_missing_isNotFoundWhetherOptionalOrNot",
              "resolve_pinned_isThatVersion",
              "text_missing_throwsAtEachRead",
              "prefetch_someFail_returnsThoseFailures"),
          defect(
              "does not say which secret is missing",
              missing((resolver, ref) -> new SecretNotFoundException("It is gone.", "Make it.")),
              "resolve_missing_isNotFoundWhetherOptionalOrNot",
              "text_missing_throwsAtEachRead",
              "prefetch_someFail_returnsThoseFailures",
              "anyMessage_secretHeld_doesNotHoldItsValue"),
          defect(
              "throws one exception to all",
              () ->
                  new MemoryResolver() {
                    private final Map<SecretRef, SecretNotFoundException> thrown = new HashMap<>();

                    @Override
                    SecretNotFoundException missing(SecretRef ref) {
                      return thrown.computeIfAbsent(ref, super::missing);
                    }
                  },
              "resolve_failing_throwsAnewEachTime",
              "resolve_failingInManyThreads_throwsAnewInEach"),
          defect(
              "throws one exception to threads that ask together",
              () ->
                  new MemoryResolver() {
                    private final Swap<SecretNotFoundException> thrown = new Swap<>();

                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      try {
                        return super.resolve(ref);
                      } catch (SecretNotFoundException mine) {
                        SecretNotFoundException theirs = thrown.swap(mine);
                        throw System.identityHashCode(mine) < System.identityHashCode(theirs)
                            ? mine
                            : theirs;
                      }
                    }
                  },
              "resolve_failingInManyThreads_throwsAnewInEach"),
          defect(
              "mixes up the values of two threads",
              () ->
                  new MemoryResolver() {
                    private final Swap<SecretRef> refs = new Swap<>();

                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      return super.resolve(refs.swap(ref));
                    }
                  },
              "resolve_manyThreads_eachGetsItsOwn"),
          defect(
              "tells the newest value where a version is missing",
              missing(
                  (resolver, ref) -> {
                    List<byte[]> all = resolver.versions.getOrDefault(ref.name(), List.of());
                    return new SecretNotFoundException(
                        "No such '"
                            + ref.name()
                            + "' but "
                            + all.stream().map(v -> utf8(v)).toList()
                            + ".",
                        "Take one.");
                  }),
              "anyMessage_secretHeld_doesNotHoldItsValue"),
          defect(
              "shows its values as text",
              () ->
                  new MemoryResolver() {
                    @Override
                    public String toString() {
                      return versions.values().stream()
                          .flatMap(List::stream)
                          .map(ResolverValueDefects::utf8)
                          .toList()
                          .toString();
                    }
                  },
              "anyMessage_secretHeld_doesNotHoldItsValue"),
          defect(
              "tells the text that it cannot read",
              viewing(
                  (resolver, view) ->
                      () -> {
                        try {
                          return view.get();
                        } catch (SecretValueException e) {
                          SecretRef binary = SecretRef.parseShort("binary");
                          try (SecretValue value = resolver.resolve(binary)) {
                            throw e.withProblem("No text: " + utf8(value.bytes()) + ".");
                          }
                        }
                      }),
              "anyMessage_secretHeld_doesNotHoldItsValue"),
          defect(
              "gives the whole value for a field",
              asking(SecretRef::asWhole),
              "resolve_field_isTheFieldAlone",
              "resolve_fieldThatIsNotThere_isValueException"),
          defect(
              "takes a missing field for a missing secret",
              () ->
                  new MemoryResolver() {
                    @Override
                    SecretValueException noField(SecretRef ref, byte[] value) {
                      throw missing(ref);
                    }
                  },
              "resolve_fieldThatIsNotThere_isValueException"),
          defect(
              "tells the value that has no such field",
              () ->
                  new MemoryResolver() {
                    @Override
                    SecretValueException noField(SecretRef ref, byte[] value) {
                      SecretValueException e = super.noField(ref, value);
                      return e.withProblem(ref.name() + " is " + utf8(value) + ".");
                    }
                  },
              "resolve_fieldThatIsNotThere_isValueException"));
}
