package io.governance.boot.config;

import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.config.ConfigManager;
import io.governance.config.InvalidConfigException;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Before any bean is created: if the stored config is not the one that this application
 * worked with last, binds all that the application will bind, and falls back to the last
 * good config if that fails. So a service that restarts while something broken is stored
 * comes up whole, on one state.
 */
final class StartupCheck implements BeanFactoryPostProcessor {

	private final ConfigurableEnvironment environment;

	StartupCheck(ConfigurableEnvironment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) throws BeansException {
		if (!(beanFactory.getSingleton(GovernanceBootstrap.BEAN_NAME) instanceof GovernanceBootstrap bootstrap)
				|| !bootstrap.policy().lastGood() || !bootstrap.manager().unproven()) {
			return;
		}
		ConfigManager manager = bootstrap.manager();
		SnapshotBinder binder = new SnapshotBinder(this.environment, new BeanValidation(() -> null));
		try {
			for (LiveConfigPoints.Point point : LiveConfigPoints.find(beanFactory)) {
				if (point.live()) {
					binder.bind(manager.current(), point.prefix(), point.bindable(), point.validated());
				}
				else {
					binder.bindAsBootDoes(manager.current(), point.prefix(), point.bindable(), point.validated());
				}
			}
		}
		catch (InvalidConfigException ex) {
			manager.fallBack(ex, bootstrap.policy());
		}
	}

}
