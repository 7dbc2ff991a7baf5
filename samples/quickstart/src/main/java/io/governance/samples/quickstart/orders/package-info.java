/**
 * The service that is governed.
 */
@NullMarked
package io.governance.samples.quickstart.orders;

import org.jspecify.annotations.NullMarked;
