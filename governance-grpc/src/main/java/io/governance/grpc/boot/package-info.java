/**
 * What a Spring Boot application needs to serve and to make calls over gRPC.
 */
@NullMarked
package io.governance.grpc.boot;

import org.jspecify.annotations.NullMarked;
