/**
 * Lanes: who is sent to which version, and how a call stays in its lane.
 */
@NullMarked
package io.governance.boot.gray;

import org.jspecify.annotations.NullMarked;
