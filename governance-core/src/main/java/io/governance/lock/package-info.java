/**
 * Locks that exclude the processes of a fleet from each other.
 */
@NullMarked
package io.governance.lock;

import org.jspecify.annotations.NullMarked;
