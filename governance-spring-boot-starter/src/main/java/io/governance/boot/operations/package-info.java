/**
 * Publishing config from within an application.
 */
@NullMarked
package io.governance.boot.operations;

import org.jspecify.annotations.NullMarked;
