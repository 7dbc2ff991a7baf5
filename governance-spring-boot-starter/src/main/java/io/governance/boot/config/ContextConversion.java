package io.governance.boot.config;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.convert.ConversionService;
import org.springframework.format.support.FormattingConversionService;

/**
 * How values become what an application asks for: with its own conversion service and its
 * converters with {@link ConfigurationPropertiesBinding}, as Spring Boot binds them.
 * Looked up when something is bound for the first time. Thread-safe.
 */
final class ContextConversion {

	private final ConfigurableListableBeanFactory beanFactory;

	private volatile @Nullable List<ConversionService> services;

	ContextConversion(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	List<ConversionService> services() {
		List<ConversionService> known = this.services;
		if (known == null) {
			known = find();
			this.services = known;
		}
		return known;
	}

	private List<ConversionService> find() {
		List<ConversionService> found = new ArrayList<>();
		String name = ConfigurableApplicationContext.CONVERSION_SERVICE_BEAN_NAME;
		if (this.beanFactory.containsBean(name)
				&& this.beanFactory.getBean(name) instanceof ConversionService conversion) {
			found.add(conversion);
		}
		FormattingConversionService own = new FormattingConversionService();
		if (!ApplicationConversionService.addBeans(own, this.beanFactory, ConfigurationPropertiesBinding.VALUE)
			.isEmpty()) {
			found.add(own);
		}
		found.add(ApplicationConversionService.getSharedInstance());
		return List.copyOf(found);
	}

	/** Whether the application has converters of its own for what is bound. */
	static boolean isOwn(ConfigurableListableBeanFactory beanFactory) {
		for (String name : beanFactory.getBeanDefinitionNames()) {
			if (beanFactory.findAnnotationOnBean(name, ConfigurationPropertiesBinding.class, false) != null) {
				return true;
			}
		}
		return false;
	}

}
