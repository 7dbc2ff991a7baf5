/**
 * The config centre: documents kept by a backend, merged in layers, checked and applied
 * as a transaction.
 */
@NullMarked
package io.governance.config;

import org.jspecify.annotations.NullMarked;
