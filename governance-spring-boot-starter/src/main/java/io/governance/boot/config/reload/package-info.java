/**
 * Ready-made reloaders: connection pools, Redis connections, web servers and log levels
 * follow the config while the application runs.
 */
@NullMarked
package io.governance.boot.config.reload;

import org.jspecify.annotations.NullMarked;
