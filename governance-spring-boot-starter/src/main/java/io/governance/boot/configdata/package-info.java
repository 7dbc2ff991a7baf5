/**
 * Remote config as a property source, read through
 * {@code spring.config.import=governance:}.
 */
@NullMarked
package io.governance.boot.configdata;

import org.jspecify.annotations.NullMarked;
