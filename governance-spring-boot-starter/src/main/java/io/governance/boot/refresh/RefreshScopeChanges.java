package io.governance.boot.refresh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.governance.Subscription;
import io.governance.boot.config.ConfigPrefix;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigEvents;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigRejection;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent;

/**
 * Replaces the beans in refresh scope that a change concerns: right after the change is
 * in force everywhere, before any other observer is told. If one cannot be made, the
 * change is rolled back; whatever fails later, the old objects come back.
 */
final class RefreshScopeChanges implements ConfigObserver, ConfigEvents, DisposableBean {

	private final ReplacingRefreshScope scope;

	private final ConfigurableListableBeanFactory beanFactory;

	private final Subscription events;

	private final Map<String, Set<String>> prefixes = new ConcurrentHashMap<>();

	private @Nullable ConfigChange change;

	private @Nullable Replacement replacement;

	RefreshScopeChanges(ReplacingRefreshScope scope, ConfigurableListableBeanFactory beanFactory,
			ConfigManager manager) {
		this.scope = scope;
		this.beanFactory = beanFactory;
		this.events = manager.listen(this);
	}

	@Override
	public String name() {
		return "@RefreshScope beans";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of();
	}

	/** After beans with properties have been rebound, since others are made of them. */
	@Override
	public int order() {
		return Integer.MIN_VALUE + 1;
	}

	@Override
	public void onChange(ConfigChange change) {
		Replacement done = this.replacement;
		if (done != null && this.change != null && this.change.reversed().equals(change)) {
			this.scope.alone(done::undo);
			return;
		}
		this.change = change;
		Collection<String> concerned = concernedBy(change);
		this.scope.replace(concerned, this.scope.exclusive(concerned), (next) -> this.replacement = next);
	}

	private Collection<String> concernedBy(ConfigChange change) {
		List<String> names = new ArrayList<>();
		for (String name : this.scope.names()) {
			Set<String> known = this.prefixes.computeIfAbsent(name, this::prefixesOf);
			if (known.isEmpty() || known.stream().anyMatch(change::touches)) {
				names.add(name);
			}
		}
		return names;
	}

	private Set<String> prefixesOf(String name) {
		Set<String> found = new LinkedHashSet<>();
		this.beanFactory.findAllAnnotationsOnBean(name, ConfigPrefix.class, false)
			.forEach((prefix) -> found.add(prefix.value()));
		ConfigurationProperties properties = this.beanFactory.findAnnotationOnBean(name, ConfigurationProperties.class,
				false);
		if (found.isEmpty() && properties != null) {
			found.add(properties.prefix());
		}
		return Set.copyOf(found);
	}

	@Override
	public void onApplied(ConfigChange change, Duration took) {
		Replacement done = finish();
		if (done != null) {
			done.commit().forEach((name) -> this.scope.publish(new RefreshScopeRefreshedEvent(name)));
		}
	}

	@Override
	public void onRejected(ConfigRejection rejection) {
		ConfigChange refused = this.change;
		Replacement done = finish();
		if (done != null && refused != null) {
			this.scope.alone(() -> {
				// Also what had no place yet when the change began.
				done.undoLazy(concernedBy(refused));
				done.renew();
			});
		}
	}

	/** The config may be that of a parent, and live on. */
	@Override
	public void destroy() {
		this.events.close();
	}

	private @Nullable Replacement finish() {
		Replacement done = this.replacement;
		this.replacement = null;
		this.change = null;
		return done;
	}

}
