/**
 * Calls by service name that survive the failure of an instance: tries on others, circuit
 * breakers, deadlines and fallbacks.
 */
@NullMarked
package io.governance.boot.call;

import org.jspecify.annotations.NullMarked;
