/**
 * Something to check config against.
 */
@NullMarked
package io.governance.maven.example;

import org.jspecify.annotations.NullMarked;
