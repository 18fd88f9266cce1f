package dev.latchkey.client.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Hears of signals. Only {@code sun.misc.Signal} can, which the module {@code jdk.unsupported}
 * exports for want of anything better; javac warns of each mention of it, in a way that no
 * annotation silences, hence by reflection.
 */
final class Signals {
  private Signals() {}

  /** What is done about one signal, until it is closed. */
  interface Handling extends AutoCloseable {
    /** Does about the signal what was done before. */
    @Override
    void close();
  }

  /**
   * Runs something at each signal from now on, on a thread of its own. Where there is no such
   * signal, or it is ignored, as under nohup, it stays so.
   *
   * @param name such as {@code TERM}
   */
  static Handling on(String name, Runnable action) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object signal = type.getConstructor(String.class).newInstance(name);
      Method handle = type.getMethod("handle", type, handlerType);
      Object handler =
          Proxy.newProxyInstance(
              handlerType.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, args) -> invoke(self, method, args, action));
      Object former = handle.invoke(null, signal, handler);
      return () -> restore(handle, signal, former);
    } catch (ReflectiveOperationException e) {
      return () -> {};
    }
  }

  private static @Nullable Object invoke(
      Object self, Method method, Object @Nullable [] args, Runnable action) {
    return switch (method.getName()) {
      case "handle" -> {
        action.run();
        yield null;
      }
      case "equals" -> args != null && self == args[0];
      case "hashCode" -> System.identityHashCode(self);
      default -> "Signals";
    };
  }

  private static void restore(Method handle, Object signal, Object former) {
    try {
      handle.invoke(null, signal, former);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("A signal that was handled cannot be restored.", e);
    }
  }
}
