/**
 * What makes a call survive the failure of an instance, whatever protocol it is made
 * with.
 */
@NullMarked
package io.governance.call;

import org.jspecify.annotations.NullMarked;
