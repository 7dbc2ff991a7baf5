package io.governance.boot.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindMethod;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;
import org.springframework.validation.annotation.Validated;

/**
 * Finds what an application binds, without creating a bean: the types of its
 * {@link LiveConfig} injection points and of its {@code @ConfigurationProperties} beans.
 */
final class LiveConfigPoints {

	private static final Logger logger = LoggerFactory.getLogger(LiveConfigPoints.class);

	private final List<Point> points = new ArrayList<>();

	private LiveConfigPoints() {
	}

	static List<Point> find(ConfigurableListableBeanFactory beanFactory) {
		LiveConfigPoints found = new LiveConfigPoints();
		for (String name : beanFactory.getBeanDefinitionNames()) {
			Class<?> type = beanFactory.getType(name, false);
			if (type != null && !type.getName().startsWith("org.springframework.")) {
				found.inspect(beanFactory, name, type);
			}
		}
		return found.points;
	}

	private void inspect(ConfigurableListableBeanFactory beanFactory, String name, Class<?> type) {
		ConfigurationProperties properties = beanFactory.findAnnotationOnBean(name, ConfigurationProperties.class,
				false);
		Point own = (properties != null) ? ofBean(beanFactory, name, type, properties) : null;
		if (own != null) {
			this.points.add(own);
		}
		try {
			inspectMembers(type);
		}
		catch (LinkageError | IllegalStateException | TypeNotPresentException ex) {
			// A class that cannot be looked at has no injection point that could work.
			logger.debug("Bean '{}' cannot be inspected", name, ex);
		}
	}

	private void inspectMembers(Class<?> type) {
		for (Class<?> declaring = type; declaring != null
				&& declaring != Object.class; declaring = declaring.getSuperclass()) {
			for (Constructor<?> constructor : declaring.getDeclaredConstructors()) {
				parameters(constructor, this::add);
			}
			for (Method method : ReflectionUtils.getDeclaredMethods(declaring)) {
				parameters(method, this::add);
			}
			for (Field field : declaring.getDeclaredFields()) {
				add(ResolvableType.forField(field), field.getAnnotation(ConfigPrefix.class));
			}
		}
	}

	/**
	 * How a bean with properties is bound, if its properties are all that it is made of:
	 * what is not marked by Boot as bound by its constructor may have one that takes
	 * other beans, or be made by a method.
	 */
	static @Nullable Point ofBean(ConfigurableListableBeanFactory beanFactory, String name, Class<?> type,
			ConfigurationProperties properties) {
		boolean byConstructor = isBoundByConstructor(beanFactory, name);
		if (!byConstructor && !hasDefaultConstructor(type)) {
			return null;
		}
		return new Point(properties.prefix(),
				Bindable.of(type).withBindMethod(byConstructor ? BindMethod.VALUE_OBJECT : BindMethod.JAVA_BEAN),
				isMade(beanFactory, name), false,
				BindRules.of(properties, beanFactory.findAnnotationOnBean(name, Validated.class, false)));
	}

	static boolean isBoundByConstructor(ConfigurableListableBeanFactory beanFactory, String name) {
		return beanFactory.containsBeanDefinition(name) && beanFactory.getMergedBeanDefinition(name)
			.getAttribute(BindMethod.class.getName()) == BindMethod.VALUE_OBJECT;
	}

	/** What was processed ahead of time knows its method, and not by name. */
	private static boolean isMade(ConfigurableListableBeanFactory beanFactory, String name) {
		if (!beanFactory.containsBeanDefinition(name)) {
			return false;
		}
		BeanDefinition definition = beanFactory.getMergedBeanDefinition(name);
		return definition.getFactoryMethodName() != null
				|| (definition instanceof RootBeanDefinition root && root.getResolvedFactoryMethod() != null);
	}

	/**
	 * Whether an object of a type can be made without arguments.
	 */
	static boolean hasDefaultConstructor(Class<?> type) {
		if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
			return false;
		}
		for (Constructor<?> constructor : type.getDeclaredConstructors()) {
			if (constructor.getParameterCount() == 0) {
				return true;
			}
		}
		return false;
	}

	private static void parameters(Executable executable, BiConsumer<ResolvableType, @Nullable ConfigPrefix> each) {
		Parameter[] parameters = executable.getParameters();
		for (int i = 0; i < parameters.length; i++) {
			if (parameters[i].getParameterizedType().getTypeName().contains(LiveConfig.class.getName())) {
				each.accept(ResolvableType.forMethodParameter(MethodParameter.forExecutable(executable, i)),
						parameters[i].getAnnotation(ConfigPrefix.class));
			}
		}
	}

	private void add(ResolvableType type, @Nullable ConfigPrefix prefix) {
		ResolvableType value = valueType(type);
		String name = (prefix != null) ? prefix.value()
				: ((value != null) ? LiveConfigFactory.findPrefix(value) : null);
		if (value != null && name != null) {
			this.points.add(new Point(name, Bindable.of(value), false, true, BindRules.ofLive(value.toClass())));
		}
	}

	/**
	 * The type of the value of a {@link LiveConfig}, also where it is wrapped, as in an
	 * {@code ObjectProvider}.
	 */
	static @Nullable ResolvableType valueType(ResolvableType type) {
		if (type.toClass() == LiveConfig.class) {
			ResolvableType value = type.getGeneric(0);
			return (value != ResolvableType.NONE) ? value : null;
		}
		for (ResolvableType generic : type.getGenerics()) {
			ResolvableType value = (generic != type) ? valueType(generic) : null;
			if (value != null) {
				return value;
			}
		}
		return null;
	}

	/**
	 * Something that is bound.
	 *
	 * @param prefix the prefix
	 * @param bindable the type
	 * @param made whether a factory method makes it, which may do more
	 * @param live whether it is a {@link LiveConfig}
	 * @param rules what is asked of its properties
	 */
	record Point(String prefix, Bindable<?> bindable, boolean made, boolean live, BindRules rules) {
	}

}
