/**
 * Calls by service name over grpc-java: names are resolved from the live list of
 * instances, and the instance of each call is picked as for all other calls.
 */
@NullMarked
package io.governance.grpc;

import org.jspecify.annotations.NullMarked;
