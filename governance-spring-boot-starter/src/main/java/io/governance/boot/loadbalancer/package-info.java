/**
 * Choice of an instance for calls by service name.
 */
@NullMarked
package io.governance.boot.loadbalancer;

import org.jspecify.annotations.NullMarked;
