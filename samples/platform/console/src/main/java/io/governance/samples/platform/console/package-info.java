/**
 * Starts the platform, puts it under load, shows it and does things to it: for people in
 * a terminal, and for the story test.
 */
@NullMarked
package io.governance.samples.platform.console;

import org.jspecify.annotations.NullMarked;
