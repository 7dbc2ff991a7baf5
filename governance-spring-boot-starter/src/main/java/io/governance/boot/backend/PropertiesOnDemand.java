package io.governance.boot.backend;

import java.util.List;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;

import io.governance.boot.SetProperties;

/**
 * Has those properties beans of Governance made when somebody asks for them of which
 * nothing is set at start: of the defaults, whatever is set by then, as if they had been
 * there from the start. The others are bound at start, so that what cannot be bound is
 * told then.
 */
final class PropertiesOnDemand implements BeanFactoryPostProcessor {

	private final Environment environment;

	PropertiesOnDemand(Environment environment) {
		this.environment = environment;
	}

	/** Not for the environment of a build. */
	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
			return;
		}
		SetProperties properties = new SetProperties(this.environment);
		for (String name : beanFactory.getBeanDefinitionNames()) {
			int end = name.indexOf("-io.governance.boot.");
			Class<?> type = (end > 0) ? beanFactory.getType(name, false) : null;
			if (type != null && !properties.areBelow(name.substring(0, end))) {
				makeOfDefaults(beanFactory.getBeanDefinition(name), type);
			}
		}
	}

	private static void makeOfDefaults(BeanDefinition definition, Class<?> type) {
		if (definition instanceof AbstractBeanDefinition made) {
			made.setLazyInit(true);
			made.setInstanceSupplier(() -> new Binder(List.of()).bindOrCreate("", type));
		}
	}

}
