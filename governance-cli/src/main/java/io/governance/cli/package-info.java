/**
 * The operations on config documents from a terminal.
 */
@NullMarked
package io.governance.cli;

import org.jspecify.annotations.NullMarked;
