package io.governance.boot.registry;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.cloud.client.discovery.event.InstancePreRegisteredEvent;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;

/**
 * Registers this application while it accepts traffic, and takes it out before anything
 * of it stops: callers are told that it drains, have time to learn of it, then it is
 * removed. Bounded, whatever the backend does.
 */
class InstanceRegistrar implements SmartLifecycle, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

	/** Stops first: before the web server begins to refuse requests. */
	static final int PHASE = Integer.MAX_VALUE;

	private static final Logger logger = LoggerFactory.getLogger(InstanceRegistrar.class);

	private final RegistrationKeeper keeper;

	private final GovernanceRegistration registration;

	private final OwnInstance own;

	private final GovernanceRegistryProperties properties;

	private final ApplicationContext context;

	private boolean running;

	private boolean accepting;

	private @Nullable Instance registered;

	InstanceRegistrar(RegistrationKeeper keeper, GovernanceRegistration registration, OwnInstance own,
			GovernanceRegistryProperties properties, ApplicationContext context) {
		this.keeper = keeper;
		this.registration = registration;
		this.own = own;
		this.properties = properties;
		this.context = context;
	}

	@Override
	public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
		boolean foreign = event.getSource() instanceof ApplicationContext other && other != this.context;
		if (!foreign) {
			accept(event.getState() == ReadinessState.ACCEPTING_TRAFFIC);
		}
	}

	private synchronized void accept(boolean accepting) {
		this.accepting = accepting;
		if (!this.running) {
			return;
		}
		Instance registered = this.registered;
		if (registered != null) {
			InstanceStatus status = accepting ? InstanceStatus.UP : InstanceStatus.OUT_OF_SERVICE;
			this.keeper.updateStatus(registered.service(), registered.id(), status);
		}
		else if (accepting) {
			register();
		}
	}

	private void register() {
		if (this.own.port() <= 0) {
			logger.info("This application has no port and is not registered: "
					+ "set governance.registry.instance.port if it should be");
			return;
		}
		Instance instance = this.own.announced();
		this.registered = instance;
		this.context.publishEvent(new InstancePreRegisteredEvent(this, this.registration));
		// Listeners of the application must not hold up the keeper's own thread.
		Executor listeners = (task) -> {
			Thread thread = new Thread(task, "governance-registered");
			thread.setDaemon(true);
			thread.start();
		};
		this.keeper.register(instance).thenRunAsync(this::publishRegistered, listeners);
	}

	private void publishRegistered() {
		if (isRunning()) {
			this.context.publishEvent(new InstanceRegisteredEvent<>(this, this.properties));
		}
	}

	@Override
	public synchronized void start() {
		this.running = true;
		if (this.accepting) {
			accept(true);
		}
	}

	@Override
	public void stop() {
		Instance leaving = take();
		if (leaving != null) {
			leave(leaving);
		}
	}

	/**
	 * Leaves on a thread of its own: the common pool may be what waits for the context to
	 * close.
	 */
	@Override
	public void stop(Runnable callback) {
		Instance leaving = take();
		if (leaving == null) {
			callback.run();
			return;
		}
		Thread thread = new Thread(() -> {
			try {
				leave(leaving);
			}
			finally {
				callback.run();
			}
		}, "governance-leaving");
		thread.setDaemon(true);
		thread.start();
	}

	private synchronized @Nullable Instance take() {
		Instance leaving = this.registered;
		this.registered = null;
		this.running = false;
		return leaving;
	}

	private void leave(Instance leaving) {
		String service = leaving.service();
		Patience patience = new Patience(this.properties.removalTimeout());
		try {
			if (patience.await(this.keeper.updateStatus(service, leaving.id(), InstanceStatus.DRAINING))) {
				Thread.sleep(this.properties.drain().toMillis());
			}
			if (!patience.await(this.keeper.deregister(service, leaving.id()))) {
				logger.warn("Instance {} was not removed and is left to its lease", leaving.id());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** One bound for all steps together, since the backend may hang in any of them. */
	private static final class Patience {

		private long leftNanos;

		Patience(Duration bound) {
			this.leftNanos = bound.toNanos();
		}

		boolean await(CompletionStage<Void> step) throws InterruptedException {
			long start = System.nanoTime();
			try {
				step.toCompletableFuture().get(Math.max(0, this.leftNanos), TimeUnit.NANOSECONDS);
				return true;
			}
			catch (ExecutionException | TimeoutException | CancellationException ex) {
				return false;
			}
			finally {
				this.leftNanos -= System.nanoTime() - start;
			}
		}

	}

	@Override
	public synchronized boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
