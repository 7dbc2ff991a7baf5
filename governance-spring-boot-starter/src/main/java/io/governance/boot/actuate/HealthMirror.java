package io.governance.boot.actuate;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.DaemonThreads;
import io.governance.boot.registry.InstanceRegistrar;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.StringUtils;

/**
 * Tells the registry what the application says of its own health: while that is DOWN or
 * OUT_OF_SERVICE, nobody is to call this instance. Asks on a thread of its own, since a
 * health indicator may take its time; while one hangs the last answer stands.
 */
final class HealthMirror implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(HealthMirror.class);

	private final InstanceRegistrar registrar;

	private final HealthEndpoint health;

	private final @Nullable String group;

	private final Duration interval;

	private @Nullable ScheduledExecutorService thread;

	private boolean told;

	/**
	 * Creates a mirror.
	 * @param registrar who tells the registry
	 * @param health the application's health
	 * @param group the group of indicators that counts, or {@code null} for all
	 * @param interval the time between two looks
	 */
	HealthMirror(InstanceRegistrar registrar, HealthEndpoint health, @Nullable String group, Duration interval) {
		this.registrar = registrar;
		this.health = health;
		this.group = StringUtils.hasText(group) ? group : null;
		this.interval = interval;
	}

	@Override
	public synchronized void start() {
		if (this.thread == null) {
			ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1,
					new DaemonThreads("governance-health"));
			thread.scheduleWithFixedDelay(this::look, 0, this.interval.toNanos(), TimeUnit.NANOSECONDS);
			this.thread = thread;
		}
	}

	private void look() {
		try {
			HealthDescriptor found = (this.group != null) ? this.health.healthForPath(this.group)
					: this.health.health();
			if (found == null) {
				tell("there is no health group '" + this.group + "': create it with management.endpoint.health.group."
						+ this.group + ".include, or correct governance.registry.health.group");
				return;
			}
			Status status = found.getStatus();
			this.registrar.healthy(!Status.DOWN.equals(status) && !Status.OUT_OF_SERVICE.equals(status));
			this.told = false;
		}
		catch (RuntimeException | Error ex) {
			tell("its health cannot be asked: " + ex.getClass().getName());
		}
	}

	private void tell(String problem) {
		if (!this.told) {
			this.told = true;
			logger.warn("The health of this application is not told to the registry: {}", problem);
		}
	}

	@Override
	public synchronized void stop() {
		ScheduledExecutorService ended = this.thread;
		this.thread = null;
		if (ended != null) {
			ended.shutdownNow();
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.thread != null;
	}

}
