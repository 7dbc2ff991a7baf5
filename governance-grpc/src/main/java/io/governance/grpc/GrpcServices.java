package io.governance.grpc;

import java.time.Duration;
import java.util.function.Consumer;

import io.governance.Subscription;
import io.governance.registry.ServiceInstances;

/**
 * The services that channels can call: their live lists, and who picks of them. There is
 * one for each application, which channels are given by {@link GovernanceChannels}.
 * Thread-safe.
 */
public interface GrpcServices {

	/**
	 * Tells the instances of a service now and after every change, after
	 * {@link #picks(String)} picks of them.
	 * @param service the service
	 * @param subscriber who is told, one list at a time; is quick
	 * @return ends it
	 * @throws IllegalStateException if discovery has ended
	 */
	Subscription subscribe(String service, Consumer<ServiceInstances> subscriber);

	/**
	 * Who picks the instances of a service.
	 * @param service the service
	 * @return the picks, of the instances that are known at each moment
	 */
	ServicePicks picks(String service);

	/**
	 * How long the first call to a service waits for the first list.
	 * @return the time, after which calls fail until there is a list
	 */
	Duration firstListTimeout();

}
