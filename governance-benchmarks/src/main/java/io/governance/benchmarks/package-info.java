/**
 * JMH benchmarks, each beside the best that the field has.
 */
@NullMarked
package io.governance.benchmarks;

import org.jspecify.annotations.NullMarked;
