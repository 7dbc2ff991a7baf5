package io.governance.boot.config;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.boot.context.properties.bind.Bindable;

/**
 * Makes the types of {@link LiveConfig} injection points bindable in a native image,
 * without registering them anywhere.
 */
final class LiveConfigAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		List<Bindable<?>> types = LiveConfigPoints.find(beanFactory)
			.stream()
			.filter(LiveConfigPoints.Point::live)
			.<Bindable<?>>map(LiveConfigPoints.Point::bindable)
			.toList();
		return types.isEmpty() ? null : (context, code) -> BindableRuntimeHintsRegistrar.forBindables(types)
			.registerHints(context.getRuntimeHints());
	}

}
