package io.governance.boot.registry;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
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
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;

import io.governance.DaemonThreads;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;

/**
 * Registers this application while it accepts traffic, and takes it out before anything
 * of it stops: callers are told that it drains, it waits until they have left, then it is
 * removed. Bounded, whatever the backend does.
 * <p>
 * What an operator has set goes before what the application says of itself. Thread-safe.
 */
public class InstanceRegistrar implements SmartLifecycle, ApplicationListener<AvailabilityChangeEvent<ReadinessState>>,
		AutoServiceRegistration {

	/**
	 * Where the context is stopped and not closed: before the web server begins to refuse
	 * requests.
	 */
	static final int PHASE = Integer.MAX_VALUE;

	/** Boot's own default. */
	private static final Duration DEFAULT_PHASE_TIMEOUT = Duration.ofSeconds(30);

	/** How long a context that has begun to close takes to stop what runs in it. */
	private static final Duration CLOSING = Duration.ofMillis(100);

	private static final Duration MARGIN = Duration.ofSeconds(1);

	private static final Logger logger = LoggerFactory.getLogger(InstanceRegistrar.class);

	private final RegistrationKeeper keeper;

	private final GovernanceRegistration registration;

	private final OwnInstance own;

	private final GovernanceRegistryProperties properties;

	private final ApplicationContext context;

	private final Draining draining;

	private boolean running;

	private boolean accepting;

	private boolean healthy = true;

	private InstanceStatus set = InstanceStatus.UP;

	private @Nullable Instance registered;

	InstanceRegistrar(RegistrationKeeper keeper, GovernanceRegistration registration, OwnInstance own,
			GovernanceRegistryProperties properties, ApplicationContext context, InboundCalls calls) {
		this.keeper = keeper;
		this.registration = registration;
		this.own = own;
		this.properties = properties;
		this.context = context;
		Duration phase = context.getEnvironment()
			.getProperty("spring.lifecycle.timeout-per-shutdown-phase", Duration.class, DEFAULT_PHASE_TIMEOUT);
		this.draining = Draining.of(properties.drain(), phase.minus(properties.removalTimeout()).minus(MARGIN), calls,
				System::nanoTime);
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
		if (this.registered != null && accepting) {
			announce();
		}
		else if (this.registered != null) {
			// A context that closes says so first, and is about to announce that it
			// drains.
			CompletableFuture.delayedExecutor(CLOSING.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
				.execute(this::announceUnlessClosing);
		}
		else if (this.running && accepting) {
			register();
		}
	}

	/**
	 * Tells whether the application is well: while it is not, it is announced as
	 * {@link InstanceStatus#DOWN}.
	 * @param healthy whether it can serve calls
	 */
	public synchronized void healthy(boolean healthy) {
		if (healthy != this.healthy) {
			this.healthy = healthy;
			logger.info("This instance is {} by its own health", healthy ? "well again" : "not well");
			announce();
		}
	}

	/**
	 * Sets the status for as long as this process runs, whatever the application says of
	 * itself.
	 * @param status {@link InstanceStatus#DRAINING} or
	 * {@link InstanceStatus#OUT_OF_SERVICE}; {@link InstanceStatus#UP} to leave it to the
	 * application again
	 * @throws IllegalArgumentException if it is another one
	 */
	public synchronized void set(InstanceStatus status) {
		if (status == InstanceStatus.DOWN) {
			throw new IllegalArgumentException("The status can be set to UP, DRAINING or OUT_OF_SERVICE");
		}
		if (status != this.set) {
			this.set = status;
			logger.info("The status of this instance was set to {}", status);
			announce();
		}
	}

	/**
	 * The status that this instance is announced with, or will be.
	 * @return the status
	 */
	public synchronized InstanceStatus status() {
		if (this.set != InstanceStatus.UP) {
			return this.set;
		}
		if (!this.accepting) {
			return InstanceStatus.OUT_OF_SERVICE;
		}
		return this.healthy ? InstanceStatus.UP : InstanceStatus.DOWN;
	}

	private synchronized void announceUnlessClosing() {
		announce();
	}

	private void announce() {
		Instance registered = this.registered;
		if (this.running && registered != null) {
			this.keeper.updateStatus(registered.service(), registered.id(), status());
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
		CompletionStage<Void> done = hand(instance);
		// Listeners of the application must not hold up the keeper's own thread.
		Executor listeners = (task) -> new DaemonThreads("governance-registered").newThread(task).start();
		done.thenRunAsync(this::publishRegistered, listeners);
	}

	private CompletionStage<Void> hand(Instance instance) {
		try {
			this.context.publishEvent(new InstancePreRegisteredEvent(this, this.registration));
			return this.keeper.register(instance.withStatus(status()));
		}
		catch (RuntimeException | Error ex) {
			// Else there would only be news of an instance that nobody has heard of.
			this.registered = null;
			throw ex;
		}
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
		new DaemonThreads("governance-leaving").newThread(() -> {
			try {
				leave(leaving);
			}
			finally {
				callback.run();
			}
		}).start();
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
				drain(leaving);
			}
			if (!patience.await(this.keeper.deregister(service, leaving.id()))) {
				logger.warn("Instance {} was not removed and is left to its lease", leaving.id());
			}
		}
		catch (InterruptedException ex) {
			// No time for callers, but it leaves all the same.
			this.keeper.deregister(service, leaving.id());
			Thread.currentThread().interrupt();
		}
	}

	private void drain(Instance leaving) throws InterruptedException {
		if (!this.draining.await()) {
			logger.warn("Instance {} leaves although it is still called: its callers have not learned of it within {}",
					leaving.id(), this.properties.drain().timeout());
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
