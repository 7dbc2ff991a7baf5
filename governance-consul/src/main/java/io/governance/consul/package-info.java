/**
 * The backend over Consul: documents in its key-value store, instances at its agents,
 * locks by its sessions.
 */
@NullMarked
package io.governance.consul;

import org.jspecify.annotations.NullMarked;
