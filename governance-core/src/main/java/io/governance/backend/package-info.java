/**
 * The door through which the SPIs of a backend are reached.
 */
@NullMarked
package io.governance.backend;

import org.jspecify.annotations.NullMarked;
