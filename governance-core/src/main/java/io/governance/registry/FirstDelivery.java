package io.governance.registry;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;

/**
 * Waits for the first list of a watch.
 */
final class FirstDelivery implements InstancesListener {

	private static final long PATIENCE_SECONDS = 5;

	private final CompletableFuture<List<Instance>> first = new CompletableFuture<>();

	private final String service;

	private FirstDelivery(String service) {
		this.service = service;
	}

	static List<Instance> of(Discovery discovery, String service) {
		FirstDelivery delivery = new FirstDelivery(service);
		Subscription watch = discovery.watch(service, delivery);
		try {
			return delivery.first.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw delivery.unavailable("reading was interrupted");
		}
		catch (TimeoutException ex) {
			throw delivery.unavailable("there was no answer within " + PATIENCE_SECONDS + " s");
		}
		catch (ExecutionException ex) {
			throw delivery.unavailable("the backend cannot be reached");
		}
		finally {
			watch.close();
		}
	}

	private BackendUnavailableException unavailable(String reason) {
		return new BackendUnavailableException("discovery",
				"The instances of service '" + this.service + "' cannot be read: " + reason, null);
	}

	@Override
	public void onInstances(List<Instance> instances) {
		this.first.complete(instances);
	}

	@Override
	public void onConnection(ConnectionState state) {
		if (state == ConnectionState.DISCONNECTED) {
			this.first.completeExceptionally(new IllegalStateException("disconnected"));
		}
	}

}
