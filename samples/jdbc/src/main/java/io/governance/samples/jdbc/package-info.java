/**
 * A service on H2 whose connection pool is resized while it works.
 */
@NullMarked
package io.governance.samples.jdbc;

import org.jspecify.annotations.NullMarked;
