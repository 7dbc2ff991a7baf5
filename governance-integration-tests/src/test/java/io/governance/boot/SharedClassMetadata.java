package io.governance.boot;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.jackson.JacksonMixinModuleEntries;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.Resource;
import org.springframework.core.type.classreading.MetadataReader;

/**
 * Remembers what the applications of this JVM have read of class files, which is the same
 * for all of them and a quarter of what a start takes.
 */
final class SharedClassMetadata implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final Map<Resource, MetadataReader> KNOWN = new ConcurrentHashMap<>();

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (context instanceof DefaultResourceLoader loader) {
			Map<Resource, MetadataReader> own = loader.getResourceCache(MetadataReader.class);
			own.putAll(KNOWN);
			// By then the configuration has been read; what is scanned for comes later.
			context.addBeanFactoryPostProcessor((factory) -> {
				KNOWN.putAll(own);
				factory.addBeanPostProcessor(new AfterScan(own));
			});
		}
	}

	private record AfterScan(Map<Resource, MetadataReader> own) implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			if (bean instanceof JacksonMixinModuleEntries) {
				KNOWN.putAll(this.own);
			}
			return bean;
		}

	}

}
