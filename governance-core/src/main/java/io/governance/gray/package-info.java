/**
 * Gray release: which requests get which version of a service.
 */
@NullMarked
package io.governance.gray;

import org.jspecify.annotations.NullMarked;
