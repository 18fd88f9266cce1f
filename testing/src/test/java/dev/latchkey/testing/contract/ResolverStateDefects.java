package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.SuiteVariant.defect;

import dev.latchkey.Registration;
import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.spi.SecretResolver;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What can be wrong with its views, prefetches, status and end, and which tests of the suite for
 * resolvers must notice.
 */
final class ResolverStateDefects {
  private ResolverStateDefects() {}

  private static Supplier<MemoryResolver> denying(ResolverExtra extra) {
    return () ->
        new MemoryResolver() {
          @Override
          Set<ResolverExtra> lacking() {
            return Set.of(extra);
          }
        };
  }

  static Supplier<MemoryResolver> viewing(
      BiFunction<SecretResolver, Supplier<String>, Supplier<String>> change) {
    return () ->
        new MemoryResolver() {
          @Override
          public Supplier<String> text(SecretRef ref) {
            return change.apply(this, super.text(ref));
          }
        };
  }

  private static Supplier<MemoryResolver> prefetching(
      UnaryOperator<Map<SecretRef, SecretException>> change) {
    return () ->
        new MemoryResolver() {
          @Override
          public Map<SecretRef, SecretException> prefetch(Collection<SecretRef> refs) {
            return change.apply(super.prefetch(refs));
          }
        };
  }

  private static Supplier<MemoryResolver> stating(UnaryOperator<SecretStatus> change) {
    return () ->
        new MemoryResolver() {
          @Override
          public synchronized SecretStatus status(SecretRef ref) {
            SecretStatus status = super.status(ref);
            return status.equals(SecretStatus.NOT_LOADED) ? status : change.apply(status);
          }
        };
  }

  static final List<SuiteVariant<Supplier<MemoryResolver>>> ALL =
      List.of(
          defect(
              "trims the text of a view",
              viewing((resolver, view) -> () -> view.get().strip()),
              "text_view_readsWhatResolvingGives"),
          defect(
              "throws when a view is made",
              viewing(
                  (resolver, view) -> {
                    String first = view.get();
                    return () -> first.isEmpty() ? first : view.get();
                  }),
              "text_missing_throwsAtEachRead",
              "status_notAskedFor_isNotLoaded"),
          defect(
              "views what is missing as empty",
              viewing(
                  (resolver, view) ->
                      () -> {
                        try {
                          return view.get();
                        } catch (SecretNotFoundException e) {
                          return "";
                        }
                      }),
              "text_missing_throwsAtEachRead",
              "resolve_failing_throwsAnewEachTime"),
          defect(
              "views the first text for good",
              viewing(
                  (resolver, view) -> {
                    var texts = new LinkedHashMap<String, String>();
                    return () -> texts.computeIfAbsent("first", first -> view.get());
                  }),
              "text_rotated_followsIt"),
          defect(
              "returns failures under required references",
              prefetching(
                  failures -> {
                    Map<SecretRef, SecretException> required = new LinkedHashMap<>();
                    failures.forEach((ref, e) -> required.put(ref.asRequired(), e));
                    return required;
                  }),
              "prefetch_someFail_returnsThoseFailures"),
          defect(
              "returns no failures",
              prefetching(failures -> Map.of()),
              "prefetch_someFail_returnsThoseFailures",
              "anyMethod_closed_isUnavailable"),
          defect(
              "throws the first failure of a prefetch",
              prefetching(
                  failures -> {
                    failures.values().stream()
                        .findFirst()
                        .ifPresent(
                            e -> {
                              throw e;
                            });
                    return failures;
                  }),
              "prefetch_someFail_returnsThoseFailures",
              "anyMethod_closed_isUnavailable"),
          defect(
              "prefetches nothing",
              () ->
                  new MemoryResolver() {
                    @Override
                    public Map<SecretRef, SecretException> prefetch(Collection<SecretRef> refs) {
                      return Map.of();
                    }
                  },
              "prefetch_noneFails_isEmptyAndHoldsThem",
              "prefetch_someFail_returnsThoseFailures"),
          defect(
              "returns a failure for a reference that is there twice",
              () ->
                  new MemoryResolver() {
                    @Override
                    public Map<SecretRef, SecretException> prefetch(Collection<SecretRef> refs) {
                      Map<SecretRef, SecretException> failures = super.prefetch(refs);
                      if (Set.copyOf(refs).size() < refs.size()) {
                        failures.put(refs.iterator().next(), missing(refs.iterator().next()));
                      }
                      return failures;
                    }
                  },
              "prefetch_noneFails_isEmptyAndHoldsThem"),
          defect(
              "fetches to tell a status",
              () ->
                  new MemoryResolver() {
                    @Override
                    public synchronized SecretStatus status(SecretRef ref) {
                      SecretStatus before = super.status(ref);
                      prefetch(List.of(ref));
                      return before;
                    }
                  },
              "status_notAskedFor_isNotLoaded"),
          defect(
              "counts versions from 0",
              stating(
                  status ->
                      new SecretStatus(
                          status.state(),
                          OptionalLong.of(status.version().orElseThrow() - 1),
                          status.age(),
                          status.problem())),
              "status_held_tellsVersionAndAge",
              "status_rotated_tellsTheNewVersion"),
          defect(
              "is always stale",
              stating(
                  status ->
                      new SecretStatus(
                          SecretStatus.State.STALE,
                          status.version(),
                          status.age(),
                          Optional.of("It is old."))),
              "status_held_tellsVersionAndAge",
              "prefetch_noneFails_isEmptyAndHoldsThem"),
          defect(
              "tells when, not how long ago",
              stating(
                  status ->
                      new SecretStatus(
                          status.state(),
                          status.version(),
                          Optional.of(Duration.ofMillis(System.currentTimeMillis())),
                          status.problem())),
              "status_held_tellsVersionAndAge"),
          defect(
              "tells no age",
              stating(
                  status ->
                      new SecretStatus(
                          status.state(), status.version(), Optional.empty(), status.problem())),
              "status_held_tellsVersionAndAge"),
          defect(
              "tells the version that it held first",
              () ->
                  new MemoryResolver() {
                    @Override
                    void hold(SecretRef ref, Held value) {
                      held.putIfAbsent(ref, value);
                    }
                  },
              "status_rotated_tellsTheNewVersion"),
          defect(
              "is offended by a second close",
              () ->
                  new MemoryResolver() {
                    @Override
                    public synchronized void close() {
                      enter();
                      super.close();
                    }
                  },
              "close_twice_doesNothing"),
          defect(
              "goes on when it is closed",
              () ->
                  new MemoryResolver() {
                    @Override
                    void enter() {}
                  },
              "anyMethod_closed_isUnavailable"),
          defect(
              "finds nothing when it is closed",
              () ->
                  new MemoryResolver() {
                    @Override
                    void enter() {
                      if (closed) {
                        throw new SecretNotFoundException("It is closed.", "Make another.");
                      }
                    }
                  },
              "anyMethod_closed_isUnavailable"),
          defect(
              "tells of what it held when it is closed",
              () ->
                  new MemoryResolver() {
                    @Override
                    public synchronized void close() {
                      closed = true;
                    }
                  },
              "anyMethod_closed_isUnavailable"),
          defect(
              "refuses listeners when it is closed",
              () ->
                  new MemoryResolver() {
                    @Override
                    public Registration onRotation(SecretRef ref, Runnable listener) {
                      enter();
                      return super.onRotation(ref, listener);
                    }
                  },
              "anyMethod_closed_isUnavailable"),
          defect(
              "views what it read when it is closed",
              viewing(
                  (resolver, view) -> {
                    var texts = new LinkedHashMap<String, String>();
                    return () -> {
                      try {
                        texts.put("last", view.get());
                      } catch (SecretUnavailableException e) {
                        if (texts.isEmpty()) {
                          throw e;
                        }
                      }
                      return texts.getOrDefault("last", "");
                    };
                  }),
              "anyMethod_closed_isUnavailable"),
          defect(
              "takes fields and denies it",
              denying(ResolverExtra.FIELDS),
              "lacking_extra_isAsTheInterfacesDefault"),
          defect(
              "has a status and denies it",
              denying(ResolverExtra.STATUS),
              "lacking_extra_isAsTheInterfacesDefault"),
          defect(
              "tells of rotations and denies it",
              denying(ResolverExtra.ROTATION),
              "lacking_extra_isAsTheInterfacesDefault"));
}
