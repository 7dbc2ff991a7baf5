package io.governance.boot.backend;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

import io.governance.boot.SetProperties;

/**
 * Has those properties beans of Governance bound when somebody asks for them of which
 * nothing is set. The others are bound at start, so that what cannot be bound is told
 * then.
 */
final class PropertiesOnDemand implements BeanFactoryPostProcessor {

	private final Environment environment;

	PropertiesOnDemand(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		SetProperties properties = new SetProperties(this.environment);
		for (String name : beanFactory.getBeanDefinitionNames()) {
			int end = name.indexOf("-io.governance.boot.");
			if (end > 0 && !properties.areBelow(name.substring(0, end))) {
				beanFactory.getBeanDefinition(name).setLazyInit(true);
			}
		}
	}

}
