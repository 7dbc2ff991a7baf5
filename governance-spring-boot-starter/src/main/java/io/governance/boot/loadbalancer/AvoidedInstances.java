package io.governance.boot.loadbalancer;

import java.util.function.Predicate;

import io.governance.loadbalancer.Endpoint;

/**
 * The instances that a try of a call must not go to. Given as an attribute of the request
 * that a load balancer is asked with.
 */
public interface AvoidedInstances extends Predicate<Endpoint> {

	/** Name of the attribute. */
	String ATTRIBUTE = AvoidedInstances.class.getName();

}
