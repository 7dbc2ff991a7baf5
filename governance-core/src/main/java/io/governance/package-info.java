/**
 * What every part of Governance shares: the root of its exceptions, subscriptions, the
 * state of a connection, backoff and threads.
 */
@NullMarked
package io.governance;

import org.jspecify.annotations.NullMarked;
