/**
 * Orders, over HTTP; who has ordered is asked of user-service.
 */
@NullMarked
package io.governance.samples.platform.orders;

import org.jspecify.annotations.NullMarked;
