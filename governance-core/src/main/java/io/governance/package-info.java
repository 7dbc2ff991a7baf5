/**
 * What every part of Governance shares: the root of its exceptions, subscriptions and the
 * state of a connection.
 */
@NullMarked
package io.governance;

import org.jspecify.annotations.NullMarked;
