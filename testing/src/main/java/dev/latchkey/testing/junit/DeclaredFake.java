package dev.latchkey.testing.junit;

import dev.latchkey.SecretBinding;
import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretValue;
import dev.latchkey.testing.FakeSecrets;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What one annotation says, checked.
 *
 * @param binding null if the fakes are to make up the secret's name
 * @param value closed once it is added
 * @param place where it stands, for messages
 */
record DeclaredFake(
    String variable, @Nullable SecretBinding binding, SecretValue value, String place) {
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final int RANDOM_LENGTH = 32;

  /** Returns what stands on a test, its parameters and the classes around it. */
  static Collection<DeclaredFake> around(Optional<Method> test, Collection<Class<?>> classes) {
    Map<String, DeclaredFake> declared = new LinkedHashMap<>();
    for (Class<?> each : classes) {
      Deque<Class<?>> types = new ArrayDeque<>();
      for (Class<?> type = each; type != null; type = type.getSuperclass()) {
        types.addFirst(type);
      }
      types.forEach(type -> declare(declared, type.getName(), List.of(type)));
    }
    if (test.isPresent()) {
      List<AnnotatedElement> elements = new ArrayList<>(List.of(test.get()));
      elements.addAll(List.of(test.get().getParameters()));
      declare(declared, place(test.get()), elements);
    }
    return declared.values();
  }

  /** Adds what stands at one place, which wins over what was farther from the test. */
  private static void declare(
      Map<String, DeclaredFake> declared, String place, List<AnnotatedElement> elements) {
    Map<String, DeclaredFake> here = new LinkedHashMap<>();
    for (AnnotatedElement element : elements) {
      for (FakeSecret annotation :
          AnnotationSupport.findRepeatableAnnotations(element, FakeSecret.class)) {
        DeclaredFake fake = of(annotation, place);
        if (here.putIfAbsent(fake.variable(), fake) != null) {
          throw wrong(place, fake.variable() + " is declared twice. Keep one.");
        }
      }
    }
    declared.putAll(here);
  }

  static String place(Executable method) {
    return method.getDeclaringClass().getName() + "." + method.getName();
  }

  private static DeclaredFake of(FakeSecret annotation, String place) {
    try {
      return new DeclaredFake(
          annotation.env(), binding(annotation, place), value(annotation, place), place);
    } catch (SecretException e) {
      throw wrong(place, annotation.env() + ": " + e.getMessage());
    }
  }

  static ExtensionConfigurationException wrong(String place, @Nullable String what) {
    return new ExtensionConfigurationException("@FakeSecret on " + place + ": " + what);
  }

  /** Returns what the annotation binds the variable to; null if that is left to the fakes. */
  private static @Nullable SecretBinding binding(FakeSecret annotation, String place) {
    boolean part = annotation.version() != 0 || !annotation.field().isEmpty();
    if (annotation.secret().isEmpty()) {
      if (part) {
        throw wrong(
            place, annotation.env() + " has a version or field, and needs secret, whose they are.");
      }
      return null;
    }
    StringBuilder ref = new StringBuilder(SecretRef.SCHEME + annotation.secret());
    if (annotation.version() != 0) {
      ref.append("?version=").append(annotation.version());
    }
    if (!annotation.field().isEmpty()) {
      ref.append('#').append(annotation.field());
    }
    return new SecretBinding(annotation.env(), SecretRef.parse(ref.toString()));
  }

  private static SecretValue value(FakeSecret annotation, String place) {
    int given =
        annotation.value().length
            + (annotation.file().isEmpty() ? 0 : 1)
            + (annotation.random() ? 1 : 0);
    if (given != 1) {
      throw wrong(
          place,
          annotation.env()
              + " needs one of value, file and random, and has "
              + (given == 0 ? "none." : "more than one."));
    }
    if (annotation.random()) {
      return random();
    }
    if (annotation.file().isEmpty()) {
      return SecretValue.of(annotation.value()[0]);
    }
    Path file = Path.of(annotation.file());
    try {
      return SecretValue.adopt(Files.readAllBytes(file));
    } catch (IOException e) {
      throw wrong(
          place,
          annotation.env()
              + ": the file "
              + file.toAbsolutePath()
              + " cannot be read ("
              + e.getClass().getSimpleName()
              + "). The path counts from the working directory.");
    }
  }

  private static SecretValue random() {
    SecureRandom random = new SecureRandom();
    byte[] value = new byte[RANDOM_LENGTH];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) LETTERS.charAt(random.nextInt(LETTERS.length()));
    }
    return SecretValue.adopt(value);
  }

  /** Adds the fake to others. */
  void addTo(FakeSecrets fakes) {
    try (value) {
      if (binding == null) {
        fakes.and(variable, value.bytes());
      } else {
        fakes.and(binding, value.bytes());
      }
    } catch (SecretException e) {
      throw wrong(place, variable + ": " + e.getMessage());
    } catch (IllegalStateException e) {
      throw wrong(place, e.getMessage());
    }
  }
}
