package dev.latchkey.testing.contract;

import static dev.latchkey.testing.contract.SuiteVariant.defect;

import dev.latchkey.Registration;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * What can be wrong with whom it tells of rotations, and which tests of the suite for resolvers
 * must notice.
 */
final class ResolverRotationDefects {
  private ResolverRotationDefects() {}

  private static Supplier<MemoryResolver> listening(
      BiFunction<SecretRef, Runnable, MemoryResolver.Listening> registration) {
    return () ->
        new MemoryResolver() {
          @Override
          public Registration onRotation(SecretRef ref, Runnable listener) {
            return add(registration.apply(ref, listener));
          }
        };
  }

  static final List<SuiteVariant<Supplier<MemoryResolver>>> ALL =
      List.of(
          defect(
              "tells of the first value too",
              () ->
                  new MemoryResolver() {
                    @Override
                    public SecretValue resolve(SecretRef ref) {
                      boolean first = !held.containsKey(ref);
                      SecretValue value = super.resolve(ref);
                      if (first) {
                        tell(ref.name());
                      }
                      return value;
                    }
                  },
              "onRotation_rotated_tellsOnceForEachValueAfterTheFirst"),
          defect(
              "tells a listener of what is there when it comes",
              () ->
                  new MemoryResolver() {
                    @Override
                    public Registration onRotation(SecretRef ref, Runnable listener) {
                      var added = new Listening(ref, listener);
                      added.tell();
                      return add(added);
                    }
                  },
              "onRotation_rotated_tellsOnceForEachValueAfterTheFirst",
              "onRotation_otherSecret_tellsNothing",
              "onRotation_pinned_tellsNothing"),
          defect(
              "tells twice",
              () ->
                  new MemoryResolver() {
                    @Override
                    void tell(SecretName name) {
                      super.tell(name);
                      super.tell(name);
                    }
                  },
              "onRotation_rotated_tellsOnceForEachValueAfterTheFirst"),
          defect(
              "tells before it gives the new value",
              () ->
                  new MemoryResolver() {
                    @Override
                    void put(SecretName name, byte[] value) {
                      boolean rotates = versions.containsKey(name);
                      if (rotates) {
                        listening.forEach(Listening::call);
                      }
                      super.put(name, value);
                    }
                  },
              "onRotation_rotated_tellsOnceForEachValueAfterTheFirst"),
          defect(
              "tells on the thread of whoever writes",
              listening(
                  (ref, listener) ->
                      new MemoryResolver.Listening(ref, listener) {
                        @Override
                        void tell() {
                          call();
                        }
                      }),
              "onRotation_rotated_tellsOnAThreadOfTheResolvers"),
          defect(
              "tells of any rotation",
              () ->
                  new MemoryResolver() {
                    @Override
                    boolean concerns(SecretRef ref, SecretName rotated) {
                      return true;
                    }
                  },
              "onRotation_otherSecret_tellsNothing",
              "onRotation_pinned_tellsNothing"),
          defect(
              "tells of a version that a reference is not pinned to",
              () ->
                  new MemoryResolver() {
                    @Override
                    boolean concerns(SecretRef ref, SecretName rotated) {
                      return ref.name().equals(rotated);
                    }
                  },
              "onRotation_pinned_tellsNothing"),
          defect(
              "calls a listener again while it is called",
              listening(
                  (ref, listener) ->
                      new MemoryResolver.Listening(ref, listener) {
                        @Override
                        void tell() {
                          new Thread(this::call).start();
                        }
                      }),
              "onRotation_listenerBlocks_isOneCallAtATimeAndHoldsUpNoOther"),
          defect(
              "has one thread for all listeners",
              () ->
                  new MemoryResolver() {
                    private final ExecutorService one =
                        Executors.newSingleThreadExecutor(
                            task -> {
                              var thread = new Thread(task);
                              thread.setDaemon(true);
                              return thread;
                            });

                    @Override
                    void tell(SecretName name) {
                      listening.forEach(each -> one.execute(each::call));
                    }
                  },
              "onRotation_listenerBlocks_isOneCallAtATimeAndHoldsUpNoOther"),
          defect(
              "throws at the writer what a listener throws",
              listening(
                  (ref, listener) ->
                      new MemoryResolver.Listening(ref, listener) {
                        @Override
                        void tell() {
                          listener.run();
                        }
                      }),
              "onRotation_listenerThrows_harmsNoOther"),
          defect(
              "tells no more listeners after one that throws",
              () ->
                  new MemoryResolver() {
                    @Override
                    void tell(SecretName name) {
                      new Thread(
                              () -> {
                                try {
                                  listening.forEach(each -> each.listener.run());
                                } catch (RuntimeException | Error e) {
                                  // The others are not told.
                                }
                              })
                          .start();
                    }
                  },
              "onRotation_listenerThrows_harmsNoOther"),
          defect(
              "goes on with a closed registration",
              listening(
                  (ref, listener) ->
                      new MemoryResolver.Listening(ref, listener) {
                        @Override
                        public void close() {}
                      }),
              "onRotation_closed_tellsTheOthersAlone"),
          defect(
              "keeps a listener once",
              () ->
                  new MemoryResolver() {
                    @Override
                    public Registration onRotation(SecretRef ref, Runnable listener) {
                      return listening.stream()
                          .filter(each -> each.listener.equals(listener))
                          .<Registration>map(each -> each)
                          .findFirst()
                          .orElseGet(() -> super.onRotation(ref, listener));
                    }
                  },
              "onRotation_sameListenerTwice_isTwoRegistrations"),
          defect(
              "ends another registration of the same listener",
              () ->
                  new MemoryResolver() {
                    @Override
                    public Registration onRotation(SecretRef ref, Runnable listener) {
                      super.onRotation(ref, listener);
                      return () ->
                          listening.stream()
                              .filter(each -> each.listener.equals(listener))
                              .findFirst()
                              .ifPresent(
                                  each -> {
                                    each.close();
                                    listening.remove(each);
                                  });
                    }
                  },
              "onRotation_sameListenerTwice_isTwoRegistrations"));
}
