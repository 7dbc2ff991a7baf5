/**
 * Encrypted values in documents: how they are made, and how they are opened in memory.
 */
@NullMarked
package io.governance.config.secret;

import org.jspecify.annotations.NullMarked;
