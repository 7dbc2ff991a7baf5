/**
 * Checks of config documents as a goal of Maven.
 */
@NullMarked
package io.governance.maven;

import org.jspecify.annotations.NullMarked;
