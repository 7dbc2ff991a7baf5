package io.governance.boot.config;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.core.ResolvableType;

/**
 * Makes the types of {@link LiveConfig} injection points bindable in a native image,
 * without registering them anywhere.
 */
final class LiveConfigAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		Set<Class<?>> types = new LinkedHashSet<>();
		LiveConfigPoints.find(beanFactory)
			.stream()
			.filter(LiveConfigPoints.Point::live)
			.forEach((point) -> collect(point.bindable().getType(), types));
		return types.isEmpty() ? null
				: (context, code) -> BindableRuntimeHintsRegistrar
					.forBindables(types.stream().<Bindable<?>>map(Bindable::of).toList())
					.registerHints(context.getRuntimeHints());
	}

	/** The type itself, or what a map, a list or an array is made of. */
	private static void collect(ResolvableType type, Set<Class<?>> types) {
		Class<?> resolved = type.toClass();
		if (resolved.isArray()) {
			collect(type.getComponentType(), types);
		}
		else if (Map.class.isAssignableFrom(resolved) || Collection.class.isAssignableFrom(resolved)) {
			for (ResolvableType generic : type.getGenerics()) {
				collect(generic, types);
			}
		}
		else if (!BeanUtils.isSimpleValueType(resolved) && resolved != Object.class) {
			types.add(resolved);
		}
	}

}
