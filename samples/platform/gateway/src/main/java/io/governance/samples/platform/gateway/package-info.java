/**
 * The way in: HTTP and JSON, with gRPC and HTTP behind.
 */
@NullMarked
package io.governance.samples.platform.gateway;

import org.jspecify.annotations.NullMarked;
