/**
 * Instances of other services as Spring Cloud sees them.
 */
@NullMarked
package io.governance.boot.discovery;

import org.jspecify.annotations.NullMarked;
