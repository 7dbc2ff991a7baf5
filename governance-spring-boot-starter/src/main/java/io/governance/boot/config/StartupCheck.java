package io.governance.boot.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSnapshot;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Before any bean is created: if the stored config is not the one that this application
 * worked with last, binds all that the application will bind, and falls back to the last
 * good config if that fails. So a service that restarts while something broken is stored
 * comes up whole, on one state. Where there are secrets, binds in any case, so that one
 * that cannot be bound is told by us and not by Boot, whose words show the value.
 */
final class StartupCheck implements BeanFactoryPostProcessor, Ordered {

	private final ConfigurableEnvironment environment;

	StartupCheck(ConfigurableEnvironment environment) {
		this.environment = environment;
	}

	/** Before whatever asks what is set, which may be other things then. */
	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) throws BeansException {
		if (!(beanFactory.getSingleton(GovernanceBootstrap.BEAN_NAME) instanceof GovernanceBootstrap bootstrap)) {
			return;
		}
		ConfigManager manager = bootstrap.manager();
		@Nullable ConfigSnapshot lastGood = bootstrap.policy().lastGood() ? manager.lastGood().orElse(null) : null;
		if (lastGood == null && !manager.current().hasSecrets()) {
			return;
		}
		List<LiveConfigPoints.Point> points = LiveConfigPoints.find(beanFactory);
		List<InvalidConfigException> failures = bindAll(beanFactory, points, manager.current());
		if (lastGood != null && !failures.isEmpty()) {
			// What the application has worked with in spite of it, it does not bind.
			failures.removeAll(sameFailures(failures, bindAll(beanFactory, points, lastGood)));
		}
		if (lastGood != null && failures.isEmpty()) {
			InvalidConfigException failure = firstOfLanes(points, manager);
			if (failure != null) {
				manager.fallBack(failure, bootstrap.policy());
				return;
			}
		}
		if (!failures.isEmpty() && !(lastGood != null && manager.fallBack(failures.get(0), bootstrap.policy()))) {
			failures.stream().filter((failure) -> concernsSecret(failure, manager.current())).forEach((failure) -> {
				throw failure;
			});
		}
	}

	private static List<InvalidConfigException> sameFailures(List<InvalidConfigException> failures,
			List<InvalidConfigException> others) {
		return failures.stream()
			.filter((one) -> others.stream()
				.anyMatch((other) -> Objects.equals(one.key(), other.key()) && one.reason().equals(other.reason())))
			.toList();
	}

	/** What requests in lanes find besides is bound for live config alone. */
	private @Nullable InvalidConfigException firstOfLanes(List<LiveConfigPoints.Point> points, ConfigManager manager) {
		SnapshotBinder binder = new SnapshotBinder(this.environment, new BeanValidation(() -> null));
		for (ConfigSnapshot snapshot : manager.lanes().values()) {
			for (LiveConfigPoints.Point point : points) {
				try {
					if (point.live()) {
						binder.bind(snapshot, point.prefix(), point.bindable(), point.rules());
					}
				}
				catch (InvalidConfigException ex) {
					return ex;
				}
			}
		}
		return null;
	}

	private List<InvalidConfigException> bindAll(ConfigurableListableBeanFactory beanFactory,
			List<LiveConfigPoints.Point> points, ConfigSnapshot snapshot) {
		SnapshotBinder binder = new SnapshotBinder(this.environment, new BeanValidation(() -> null));
		List<InvalidConfigException> failures = new ArrayList<>();
		for (LiveConfigPoints.Point point : points) {
			try {
				if (point.live()) {
					binder.bind(snapshot, point.prefix(), point.bindable(), point.rules());
				}
				else {
					binder.bindAsBootDoes(snapshot, point.prefix(), point.bindable(), point.rules());
				}
			}
			catch (InvalidConfigException ex) {
				// What a factory method sets is not known yet.
				boolean mayBeSet = point.made() && ex.origin() == null;
				if (!mayBeSet && !isForOwnConverter(ex, beanFactory)) {
					failures.add(ex);
				}
			}
		}
		return failures;
	}

	/** Converters of the application are beans, and there are none yet. */
	private static boolean isForOwnConverter(InvalidConfigException failure,
			ConfigurableListableBeanFactory beanFactory) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof ConverterNotFoundException) {
				return ContextConversion.isOwn(beanFactory);
			}
		}
		return false;
	}

	private static boolean concernsSecret(InvalidConfigException failure, ConfigSnapshot snapshot) {
		String key = failure.key();
		return failure.getCause() == null || (key != null && snapshot.isSecret(key));
	}

}
