/**
 * Checks config documents against the metadata of the application that reads them, before
 * they are published.
 */
@NullMarked
package io.governance.lint;

import org.jspecify.annotations.NullMarked;
