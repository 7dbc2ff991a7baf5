/**
 * What several packages of the core need and nobody else should use. Not API: may change
 * at any time.
 */
@NullMarked
package io.governance.internal;

import org.jspecify.annotations.NullMarked;
