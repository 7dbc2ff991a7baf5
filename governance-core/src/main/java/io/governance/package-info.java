/**
 * What every part of Governance shares: the root of its exceptions, subscriptions, the
 * state of a connection, backoff, threads and what may stand in a log.
 */
@NullMarked
package io.governance;

import org.jspecify.annotations.NullMarked;
