/**
 * The service that users call.
 */
@NullMarked
package io.governance.samples.quickstart.front;

import org.jspecify.annotations.NullMarked;
