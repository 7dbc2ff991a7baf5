/**
 * What the whole starter shares.
 */
@NullMarked
package io.governance.boot;

import org.jspecify.annotations.NullMarked;
