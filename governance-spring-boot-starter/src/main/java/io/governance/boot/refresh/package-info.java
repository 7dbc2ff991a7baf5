/**
 * Beans in Spring Cloud's refresh scope as part of a change: made anew before the old
 * ones are let go, only when their config changed, and taken back if the change fails.
 */
@NullMarked
package io.governance.boot.refresh;

import org.jspecify.annotations.NullMarked;
