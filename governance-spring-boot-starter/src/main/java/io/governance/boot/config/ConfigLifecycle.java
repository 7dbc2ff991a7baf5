package io.governance.boot.config;

import java.time.Duration;

import io.governance.Subscription;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigEvents;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigValidator;
import io.governance.config.StartPolicy;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Has the config checked that the application has started with, follows it from the
 * moment when all beans are there until the application begins to close, and keeps it as
 * the last good one when the application accepts traffic.
 */
public final class ConfigLifecycle
		implements SmartLifecycle, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

	private final ApplicationContext context;

	private final ConfigManager manager;

	private final StartPolicy policy;

	private final ObjectProvider<ConfigValidator> validators;

	private final ObjectProvider<ConfigObserver> observers;

	private boolean wired;

	private @Nullable Subscription watch;

	/**
	 * A lifecycle.
	 * @param policy what was asked for at start
	 */
	ConfigLifecycle(ApplicationContext context, ConfigManager manager, StartPolicy policy,
			ObjectProvider<ConfigValidator> validators, ObjectProvider<ConfigObserver> observers) {
		this.context = context;
		this.manager = manager;
		this.policy = policy;
		this.validators = validators;
		this.observers = observers;
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
			ConfigRejection rejection = this.manager.status().rejection();
			if (rejection != null) {
				this.context.publishEvent(new ConfigRejected(rejection));
			}
			this.manager.prove(this.policy);
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
				ConfigLifecycle.this.context.publishEvent(new ConfigChanged(change, took));
			}

			@Override
			public void onRejected(ConfigRejection rejection) {
				ConfigLifecycle.this.context.publishEvent(new ConfigRejected(rejection));
			}

		});
	}

	@Override
	public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
		if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
			this.manager.ready();
		}
	}

	/**
	 * What a closing application cannot follow is not bad: it follows nothing any more.
	 */
	@EventListener
	void onClose(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			this.manager.conclude();
			stop();
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
