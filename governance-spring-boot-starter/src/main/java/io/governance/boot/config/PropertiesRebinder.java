package io.governance.boot.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.governance.boot.CheckedProperties;
import io.governance.boot.InvalidSettingException;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigValidator;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * Keeps beans with {@code @ConfigurationProperties} and setters up to date. For each one
 * that a change touches, a fresh object is bound and validated while the change is
 * checked; when it is in force, only the properties that differ between the fresh object
 * of before and that of now are set on the bean, so that nobody sees a default on the way
 * and nothing that was set by code is lost.
 */
final class PropertiesRebinder implements ConfigValidator, ConfigObserver {

	private static final Logger logger = LoggerFactory.getLogger(PropertiesRebinder.class);

	private final ConfigManager manager;

	private final SnapshotBinder binder;

	private final BoundBeans beans;

	/** The prefixes of beans that are known not to follow. */
	private final Set<String> unfollowed = new HashSet<>();

	private @Nullable ConfigChange planned;

	private List<PropertyUpdate> plan = List.of();

	/** The beans that the plan is for: others may be made while a change is checked. */
	private Set<Object> plannedFor = Set.of();

	PropertiesRebinder(ConfigurableApplicationContext context, ConfigManager manager, SnapshotBinder binder,
			List<RebindExclusion> exclusions) {
		this.manager = manager;
		this.binder = binder;
		this.beans = new BoundBeans(context, exclusions);
	}

	@Override
	public String name() {
		return "@ConfigurationProperties beans";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of();
	}

	@Override
	public int order() {
		return Integer.MIN_VALUE;
	}

	/** At start, Boot has bound the very same. */
	@Override
	public boolean atStart() {
		return false;
	}

	@Override
	public void validate(ConfigChange change) {
		List<PropertyUpdate> updates = new ArrayList<>();
		Set<Object> there = Collections.newSetFromMap(new IdentityHashMap<>());
		for (BoundBeans.Target target : this.beans.targets()) {
			there.add(target.bean());
			if (change.touches(target.prefix())) {
				Object valid = before(change, target, target.rules());
				BindRules rules = (valid != null) ? target.rules() : target.rules().unchecked();
				Object before = (valid != null) ? valid : before(change, target, rules);
				if (before == null) {
					warnOf(target);
				}
				else {
					Object after = this.binder.bind(change.after(), target.prefix(), target.bindable(), rules);
					PropertyUpdate.collect(new RemoteChange(change), target.prefix(), target.bean(), before, after,
							updates);
				}
			}
		}
		for (LiveConfigPoints.Point point : this.beans.replaced(change)) {
			this.binder.bind(change.after(), point.prefix(), point.bindable(), point.rules());
		}
		for (LiveConfigPoints.Point point : this.beans.unchangeable(change)) {
			checkForTheNextStart(change, point);
		}
		this.planned = change;
		this.plan = updates;
		this.plannedFor = there;
	}

	/**
	 * An object of what is in force, or {@code null} if there can be none: whoever has
	 * made the bean may have done more for it than its type alone could, and no change is
	 * to blame for that.
	 */
	private @Nullable Object before(ConfigChange change, BoundBeans.Target target, BindRules rules) {
		return before(change, target.prefix(), target.bindable(), rules);
	}

	private @Nullable Object before(ConfigChange change, String prefix, Bindable<?> bindable, BindRules rules) {
		try {
			return this.manager.<@Nullable Object>showing(change.before(),
					() -> this.binder.bindAsBootDoes(change.before(), prefix, bindable, rules));
		}
		catch (InvalidConfigException ex) {
			logger.debug("No object of {} can be made of what is in force", bindable.getType(), ex);
			return null;
		}
	}

	/** What a bean cannot be made of would keep the application from starting again. */
	private void checkForTheNextStart(ConfigChange change, LiveConfigPoints.Point point) {
		try {
			Object made = this.binder.bind(change.after(), point.prefix(), point.bindable(), point.rules());
			if (made instanceof CheckedProperties ours) {
				ours.check();
			}
		}
		catch (InvalidSettingException ex) {
			throw PropertiesFollower.refusal(change.after(), ex);
		}
		catch (InvalidConfigException ex) {
			if (before(change, point.prefix(), point.bindable(), point.rules()) != null) {
				throw ex;
			}
		}
	}

	private void warnOf(BoundBeans.Target target) {
		if (this.unfollowed.add(target.prefix())) {
			logger.warn("The bean of '{}' does not follow the config: {} cannot be bound to what is in force",
					target.prefix(), target.bindable().getType());
		}
	}

	private void warnOf(ConfigChange change, BoundBeans.Frozen frozen) {
		BoundBeans.Target target = frozen.target();
		if (this.unfollowed.contains(target.prefix())) {
			return;
		}
		Object before = before(change, target, target.rules().unchecked());
		if (before == null || !before.equals(after(change, target))) {
			this.unfollowed.add(target.prefix());
			logger.warn(
					"The bean of '{}' is bound by its constructor and does not follow the config: {} "
							+ "had better ask for LiveConfig<{}>",
					target.prefix(), frozen.holders(), ClassUtils.getShortName(target.bean().getClass()));
		}
	}

	private @Nullable Object after(ConfigChange change, BoundBeans.Target target) {
		try {
			return this.binder.bindAsBootDoes(change.after(), target.prefix(), target.bindable(),
					target.rules().unchecked());
		}
		catch (InvalidConfigException ex) {
			logger.debug("No object of {} can be made of the change", target.bindable().getType(), ex);
			return null;
		}
	}

	@Override
	public void onChange(ConfigChange change) {
		if (change.equals(this.planned)) {
			PropertyUpdate.applyAll(this.plan);
			try {
				followWithLateOnes(change);
			}
			catch (RuntimeException ex) {
				PropertyUpdate.revertAll(this.plan);
				throw ex;
			}
			for (BoundBeans.Frozen frozen : this.beans.frozen(change)) {
				warnOf(change, frozen);
			}
		}
		else if (this.planned != null && change.equals(this.planned.reversed())) {
			PropertyUpdate.revertAll(this.plan);
			followWithLateOnes(change);
		}
	}

	/** What was made while the change was checked may be of what was in force then. */
	private void followWithLateOnes(ConfigChange change) {
		List<PropertyUpdate> updates = new ArrayList<>();
		for (BoundBeans.Target target : this.beans.targets()) {
			if (!this.plannedFor.contains(target.bean()) && change.touches(target.prefix())) {
				BindRules rules = target.rules().unchecked();
				Object before = before(change, target, rules);
				if (before != null) {
					Object after = this.binder.bindAsBootDoes(change.after(), target.prefix(), target.bindable(),
							rules);
					PropertyUpdate.collect(new RemoteChange(change), target.prefix(), target.bean(), before, after,
							updates);
				}
			}
		}
		PropertyUpdate.applyAll(updates);
	}

	/**
	 * Follows a change that is none of the remote config: somebody has refreshed or
	 * written to the environment. All beans follow, or none if one cannot be bound.
	 * @param keys the keys that have changed
	 */
	void rebind(Set<String> keys) {
		Set<ConfigurationPropertyName> names = keys.stream()
			.map((key) -> ConfigurationPropertyName.adapt(key, '.'))
			.collect(Collectors.toSet());
		PropertyUpdate.Change change = new LocalChange(names);
		List<PropertyUpdate> updates = new ArrayList<>();
		for (BoundBeans.Target target : this.beans.targets()) {
			if (change.touches(target.prefix())) {
				Object after = this.binder.bindAsBootDoes(this.manager.current(), target.prefix(), target.bindable(),
						target.rules());
				PropertyUpdate.collect(change, target.prefix(), target.bean(), target.bean(), after, updates);
			}
		}
		PropertyUpdate.applyAll(updates);
	}

	/** A change of the remote config. */
	private final class RemoteChange implements PropertyUpdate.Change {

		private final ConfigChange change;

		RemoteChange(ConfigChange change) {
			this.change = change;
		}

		@Override
		public boolean touches(String path) {
			return this.change.touches(path);
		}

		@Override
		public @Nullable Object before(String path, Bindable<?> type) {
			ConfigSnapshot before = this.change.before();
			return PropertiesRebinder.this.manager.showing(before,
					() -> PropertiesRebinder.this.binder.value(before, path, type));
		}

		@Override
		public @Nullable Object after(String path, Bindable<?> type) {
			return PropertiesRebinder.this.binder.value(this.change.after(), path, type);
		}

	}

	/** A change beside the remote config, of which nobody knows what was before. */
	private final class LocalChange implements PropertyUpdate.Change {

		private final Set<ConfigurationPropertyName> changed;

		LocalChange(Set<ConfigurationPropertyName> changed) {
			this.changed = changed;
		}

		@Override
		public boolean touches(String path) {
			ConfigurationPropertyName name = ConfigurationPropertyName.adapt(path, '.');
			return this.changed.stream().anyMatch((key) -> name.equals(key) || name.isAncestorOf(key));
		}

		@Override
		public @Nullable Object before(String path, Bindable<?> type) {
			return null;
		}

		@Override
		public @Nullable Object after(String path, Bindable<?> type) {
			return PropertiesRebinder.this.binder.value(PropertiesRebinder.this.manager.current(), path, type);
		}

	}

}
