/**
 * What whoever writes a backend holds it against: one contract per SPI, and the means to
 * disturb a connection.
 */
@NullMarked
package io.governance.testkit;

import org.jspecify.annotations.NullMarked;
