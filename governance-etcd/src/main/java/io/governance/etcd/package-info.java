/**
 * The backend over etcd 3.4 and later.
 */
@NullMarked
package io.governance.etcd;

import org.jspecify.annotations.NullMarked;
