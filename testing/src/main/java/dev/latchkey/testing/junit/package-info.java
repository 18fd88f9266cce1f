/** Fake secrets by annotation, for JUnit Jupiter 5.12 and newer. */
@NullMarked
package dev.latchkey.testing.junit;

import org.jspecify.annotations.NullMarked;
