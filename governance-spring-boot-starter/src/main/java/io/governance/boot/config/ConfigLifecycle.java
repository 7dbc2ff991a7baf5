package io.governance.boot.config;

import java.time.Duration;

import io.governance.Subscription;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigEvents;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigValidator;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;

/**
 * Follows the remote config from the moment when all beans are there, and keeps it as the
 * last good one when the application accepts traffic.
 */
public final class ConfigLifecycle
		implements SmartLifecycle, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

	private final ConfigManager manager;

	private final ObjectProvider<ConfigValidator> validators;

	private final ObjectProvider<ConfigObserver> observers;

	private final ApplicationEventPublisher publisher;

	private boolean wired;

	private @Nullable Subscription watch;

	ConfigLifecycle(ConfigManager manager, ObjectProvider<ConfigValidator> validators,
			ObjectProvider<ConfigObserver> observers, ApplicationEventPublisher publisher) {
		this.manager = manager;
		this.validators = validators;
		this.observers = observers;
		this.publisher = publisher;
	}

	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

	@Override
	public synchronized void start() {
		if (!this.wired) {
			this.wired = true;
			wire();
		}
		if (this.watch == null) {
			this.watch = this.manager.watch();
		}
	}

	private void wire() {
		this.validators.orderedStream().forEach(this.manager::validate);
		this.observers.orderedStream().forEach(this.manager::observe);
		this.manager.listen(new ConfigEvents() {

			@Override
			public void onApplied(ConfigChange change, Duration took) {
				ConfigLifecycle.this.publisher.publishEvent(new ConfigChanged(change, took));
			}

			@Override
			public void onRejected(ConfigRejection rejection) {
				ConfigLifecycle.this.publisher.publishEvent(new ConfigRejected(rejection));
			}

		});
	}

	@Override
	public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
		if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
			this.manager.ready();
		}
	}

	@Override
	public void stop() {
		Subscription watching;
		synchronized (this) {
			watching = this.watch;
			this.watch = null;
		}
		if (watching != null) {
			watching.close();
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.watch != null;
	}

}
