package io.governance.boot.registry;

/**
 * Finds the host that this instance announces while
 * {@code governance.registry.instance.host} is not set. Define a bean of this type to
 * replace the rule.
 */
@FunctionalInterface
public interface InstanceHost {

	/**
	 * The host that other services reach this instance at.
	 * @return a host name or an IP address
	 */
	String get();

}
