/**
 * Finds and creates the backend that an application has chosen.
 */
@NullMarked
package io.governance.boot.backend;

import org.jspecify.annotations.NullMarked;
