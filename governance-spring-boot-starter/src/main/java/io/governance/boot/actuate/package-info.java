/**
 * Health of Governance.
 */
@NullMarked
package io.governance.boot.actuate;

import org.jspecify.annotations.NullMarked;
