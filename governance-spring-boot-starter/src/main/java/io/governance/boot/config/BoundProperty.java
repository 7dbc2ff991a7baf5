package io.governance.boot.config;

import java.beans.Introspector;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * A property as Spring Boot's binder finds it: by methods that are not private, in
 * whatever class of the hierarchy they are declared.
 *
 * @param key its name in keys
 * @param declared the type of the bean, which tells type variables
 * @param getter reads it
 * @param setter writes it
 * @param field has the same name
 */
record BoundProperty(String key, ResolvableType declared, @Nullable Method getter, @Nullable Method setter,
		@Nullable Field field) {

	/** The properties of a type, in the order of their names. */
	static Collection<BoundProperty> of(Class<?> type) {
		Map<String, Found> found = new LinkedHashMap<>();
		for (Class<?> declaring = type; declaring != null
				&& declaring != Object.class; declaring = declaring.getSuperclass()) {
			List<Method> methods = Arrays.stream(declaring.getDeclaredMethods())
				.map(BridgeMethodResolver::findBridgedMethod)
				.distinct()
				.filter(BoundProperty::isCandidate)
				.sorted(Comparator.comparing(Method::getName))
				.toList();
			for (String prefix : List.of("is", "get", "set")) {
				methods.forEach((method) -> add(found, prefix, method));
			}
		}
		ResolvableType declared = ResolvableType.forClass(type);
		return found.entrySet().stream().map((one) -> {
			Field field = ReflectionUtils.findField(type, one.getKey());
			return new BoundProperty(key(one.getKey(), field), declared, one.getValue().getter, one.getValue().setter,
					field);
		}).toList();
	}

	private static boolean isCandidate(Method method) {
		int modifiers = method.getModifiers();
		return !Modifier.isPrivate(modifiers) && !Modifier.isProtected(modifiers) && !Modifier.isAbstract(modifiers)
				&& !Modifier.isStatic(modifiers) && !method.isBridge() && method.getName().indexOf('$') < 0;
	}

	private static void add(Map<String, Found> found, String prefix, Method method) {
		boolean setter = prefix.equals("set");
		if (method.getName().startsWith(prefix) && method.getName().length() > prefix.length()
				&& method.getParameterCount() == (setter ? 1 : 0)) {
			Found property = found.computeIfAbsent(
					Introspector.decapitalize(method.getName().substring(prefix.length())), (name) -> new Found());
			if (setter) {
				property.setter(method);
			}
			else {
				property.getter(method);
			}
		}
	}

	/** A field may have a name of its own. */
	private static String key(String property, @Nullable Field field) {
		Name name = (field != null) ? field.getAnnotation(Name.class) : null;
		return DataObjectPropertyName.toDashedForm((name != null) ? name.value() : property);
	}

	/** What the setter takes, as it is bound. */
	Bindable<?> argument() {
		if (this.setter == null) {
			throw new IllegalStateException(this.key + " has no setter");
		}
		Annotation[] annotations = (this.field != null) ? this.field.getDeclaredAnnotations() : new Annotation[0];
		return Bindable.of(ResolvableType.forMethodParameter(new MethodParameter(this.setter, 0), this.declared))
			.withAnnotations(annotations);
	}

	/** Whether the setter takes a value. */
	boolean takes(@Nullable Object value) {
		Class<?> type = (this.setter != null) ? this.setter.getParameterTypes()[0] : void.class;
		return (value != null) ? ClassUtils.isAssignableValue(type, value) : !type.isPrimitive();
	}

	/** Whether the setter takes all values of a type. */
	boolean takesAny(Class<?> type) {
		return this.setter != null && ClassUtils.isAssignable(this.setter.getParameterTypes()[0], type);
	}

	@Nullable Object get(Object bean) {
		if (this.getter == null) {
			throw new IllegalStateException(this.key + " has no getter");
		}
		ReflectionUtils.makeAccessible(this.getter);
		return ReflectionUtils.invokeMethod(this.getter, receiver(this.getter, bean));
	}

	@Nullable Object getField(Object bean) {
		if (this.field == null) {
			throw new IllegalStateException(this.key + " has no field");
		}
		ReflectionUtils.makeAccessible(this.field);
		return ReflectionUtils.getField(this.field, target(bean));
	}

	/**
	 * Takes the value away without its setter.
	 * @return {@code false} if there is no field that could be {@code null}
	 */
	boolean clear(Object bean) {
		Field field = this.field;
		if (field == null || field.getType().isPrimitive()
				|| (field.getModifiers() & (Modifier.FINAL | Modifier.STATIC)) != 0) {
			return false;
		}
		ReflectionUtils.makeAccessible(field);
		ReflectionUtils.setField(field, target(bean), null);
		return true;
	}

	/** Proxies hand public methods on, and have nothing of their own in their fields. */
	static Object receiver(Method method, Object bean) {
		return Modifier.isPublic(method.getModifiers()) ? bean : target(bean);
	}

	private static Object target(Object bean) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		return (target != null) ? target : bean;
	}

	/** The accessors that are found, those of the nearest class first. */
	private static final class Found {

		private @Nullable Method getter;

		private @Nullable Method setter;

		void getter(Method method) {
			if (this.getter == null || this.getter.getName().startsWith("is")) {
				this.getter = method;
			}
		}

		void setter(Method method) {
			if (this.setter == null
					|| (this.getter != null && this.getter.getReturnType() == method.getParameterTypes()[0])) {
				this.setter = method;
			}
		}

	}

}
