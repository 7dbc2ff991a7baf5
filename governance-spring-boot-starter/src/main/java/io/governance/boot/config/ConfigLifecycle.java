package io.governance.boot.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

import io.governance.Subscription;
import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigEvents;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigValidator;
import io.governance.config.StartPolicy;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Has the config checked that the application has started with, follows it from the
 * moment when all beans are there until the application begins to close, and keeps it as
 * the last good one when the application accepts traffic. In a child of the context that
 * does so, has only the child's own beans told. The config of a parent lives on when the
 * child closes.
 */
public final class ConfigLifecycle
		implements SmartLifecycle, ApplicationListener<AvailabilityChangeEvent<ReadinessState>>, DisposableBean {

	private final ConfigurableApplicationContext context;

	/** Whether a context above has one of these for its own beans. */
	private final boolean below;

	/** Whether the config ends with this context. */
	private final boolean owner;

	private final ConfigManager manager;

	private final LiveConfigFactory live;

	private final StartPolicy policy;

	private final ObjectProvider<ConfigValidator> validators;

	private final ObjectProvider<ConfigObserver> observers;

	/** What ends with a child, and not with the config. */
	private final List<Subscription> members = new ArrayList<>();

	private boolean wired;

	private boolean proved;

	private @Nullable Subscription watch;

	/**
	 * A lifecycle.
	 * @param policy what was asked for at start
	 */
	ConfigLifecycle(ConfigurableApplicationContext context, ConfigManager manager, LiveConfigFactory live,
			StartPolicy policy, ObjectProvider<ConfigValidator> validators, ObjectProvider<ConfigObserver> observers) {
		this.context = context;
		ApplicationContext parent = context.getParent();
		this.below = parent != null && BeanFactoryUtils.beanNamesForTypeIncludingAncestors(parent,
				ConfigLifecycle.class, true, false).length > 0;
		this.owner = context.getBeanFactory().containsSingleton(GovernanceBootstrap.BEAN_NAME);
		this.manager = manager;
		this.live = live;
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
		}
		if (follows()) {
			follow();
		}
	}

	/** A parent may have imported the config and made nothing of it. */
	private boolean follows() {
		return this.owner || !this.below;
	}

	private void follow() {
		if (!this.proved) {
			this.proved = true;
			tellOf();
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
		own(this.validators, ConfigValidator.class).forEach((one) -> this.members.add(this.manager.validate(one)));
		own(this.observers, ConfigObserver.class).forEach((one) -> this.members.add(this.manager.observe(one)));
	}

	/** Those of a parent are told by the parent. */
	private <T> Stream<T> own(ObjectProvider<T> beans, Class<T> type) {
		if (!this.below) {
			return beans.orderedStream();
		}
		Collection<T> local = this.context.getBeansOfType(type).values();
		return beans.orderedStream().filter(local::contains);
	}

	private void tellOf() {
		this.members.add(this.manager.listen(new ConfigEvents() {

			@Override
			public void onApplied(ConfigChange change, Duration took) {
				ConfigLifecycle.this.context.publishEvent(new ConfigChanged(change, took));
			}

			@Override
			public void onRejected(ConfigRejection rejection) {
				ConfigLifecycle.this.context.publishEvent(new ConfigRejected(rejection));
			}

		}));
	}

	@Override
	public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
		if (follows() && event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
			this.manager.ready();
		}
	}

	/**
	 * What a closing application cannot follow is not bad: it follows nothing any more.
	 */
	@EventListener
	void onClose(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			if (this.owner) {
				this.manager.conclude();
			}
			stop();
			destroy();
		}
	}

	/** Also when the start of a child has failed, which is told to nobody. */
	@Override
	public void destroy() {
		if (!this.owner) {
			ConfigManager.remove(this.members);
			this.live.close();
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
