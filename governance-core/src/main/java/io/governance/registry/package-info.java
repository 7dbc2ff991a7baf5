/**
 * Registration and discovery: what we announce, what others announce, and the loop that
 * keeps it so.
 */
@NullMarked
package io.governance.registry;

import org.jspecify.annotations.NullMarked;
