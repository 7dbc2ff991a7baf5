/**
 * Registration of this application with its backend.
 */
@NullMarked
package io.governance.boot.registry;

import org.jspecify.annotations.NullMarked;
