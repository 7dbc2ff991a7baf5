/**
 * Users, over gRPC, in a database.
 */
@NullMarked
package io.governance.samples.platform.users;

import org.jspecify.annotations.NullMarked;
