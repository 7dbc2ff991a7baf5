package io.governance.loadbalancer;

/**
 * A lane went into panic or came out of it: while so few of its instances are usable that
 * they could not carry the load, all that are there are called. Immutable.
 *
 * @param service the service's name
 * @param lane the name of the lane; empty for what is called where a lane falls back to
 * any instance
 * @param panic whether it is in panic now
 * @param usable how many instances are usable
 * @param instances how many there are that take calls in panic
 */
public record PanicEvent(String service, String lane, boolean panic, int usable, int instances) {
}
