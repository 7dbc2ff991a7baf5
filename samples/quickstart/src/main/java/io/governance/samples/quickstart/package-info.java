/**
 * A small fleet in one process.
 */
@NullMarked
package io.governance.samples.quickstart;

import org.jspecify.annotations.NullMarked;
