/**
 * What every backend needs and none should write again: for whoever writes a backend.
 */
@NullMarked
package io.governance.backend.support;

import org.jspecify.annotations.NullMarked;
