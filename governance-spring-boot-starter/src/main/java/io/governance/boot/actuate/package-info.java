/**
 * Health, metrics and endpoints of Governance.
 */
@NullMarked
package io.governance.boot.actuate;

import org.jspecify.annotations.NullMarked;
