package dev.latchkey.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of Java in a README or in Javadoc.
 *
 * @param file the file whose text it is, from the root, if a comment before the block names one
 */
record ReadmeBlock(Optional<String> file, String text) {
  static final Path ROOT = Path.of("..");

  private static final Pattern PATTERN =
      Pattern.compile(
          "(?:<!-- (\\S+) -->\n)?```java\n(.*?)```|<pre>\\{@code\n(.*?) \\* }</pre>",
          Pattern.DOTALL);

  /** Returns the blocks of a document, which is named from the root. */
  static List<ReadmeBlock> of(String document) throws IOException {
    List<ReadmeBlock> blocks = new ArrayList<>();
    Matcher matcher = PATTERN.matcher(Files.readString(ROOT.resolve(document)));
    while (matcher.find()) {
      String text =
          matcher.group(2) != null
              ? matcher.group(2)
              : matcher.group(3).replaceAll("(?m)^ \\* ?", "");
      blocks.add(new ReadmeBlock(Optional.ofNullable(matcher.group(1)), text));
    }
    return blocks;
  }

  static String readme() throws IOException {
    return Files.readString(ROOT.resolve("README.md"));
  }
}
