/**
 * Typed, live config for beans, and what happens to beans when it changes.
 */
@NullMarked
package io.governance.boot.config;

import org.jspecify.annotations.NullMarked;
