/**
 * Load balancing: which instance of a service takes a call.
 */
@NullMarked
package io.governance.loadbalancer;

import org.jspecify.annotations.NullMarked;
