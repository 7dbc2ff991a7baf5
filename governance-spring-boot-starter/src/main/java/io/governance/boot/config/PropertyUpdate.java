package io.governance.boot.config;

import java.beans.PropertyDescriptor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.ObjectUtils;
import org.springframework.util.ReflectionUtils;

/**
 * One property of a bean that gets another value, and can get its old one back.
 *
 * @param apply gives it the new value
 * @param revert gives it the old one
 */
record PropertyUpdate(Runnable apply, Runnable revert) {

	private static final Logger logger = LoggerFactory.getLogger(PropertyUpdate.class);

	private static final int MAX_DEPTH = 20;

	/**
	 * Finds what differs between two objects of the type of a bean, and plans the same
	 * difference for the bean. Only properties that the change touches are looked at:
	 * other getters may do anything.
	 * @param touches whether a key at or below a path has changed
	 */
	static void collect(Predicate<String> touches, String prefix, Object bean, Object before, Object after,
			List<PropertyUpdate> updates) {
		collect(touches, prefix, bean, before, after, updates, 0);
	}

	private static void collect(Predicate<String> touches, String prefix, Object bean, Object before, Object after,
			List<PropertyUpdate> updates, int depth) {
		for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(before.getClass())) {
			Method getter = property.getReadMethod();
			Method setter = property.getWriteMethod();
			String path = path(prefix, before.getClass(), property.getName());
			if ((getter != null && getter.getDeclaringClass() == Object.class) || !touches.test(path)) {
				continue;
			}
			if (getter == null) {
				if (setter != null) {
					setterOnly(setter, property.getName(), path, bean, before, after, updates);
				}
				continue;
			}
			if (setter == null && !isNestedBean(getter.getReturnType()) && !isContainer(getter.getReturnType())) {
				continue;
			}
			Object was = read(getter, before);
			Object is = read(getter, after);
			if (ObjectUtils.nullSafeEquals(was, is)) {
				continue;
			}
			Object live = read(getter, bean);
			if (was != null && is != null && live != null && isNestedBean(live.getClass())
					&& live.getClass() == is.getClass() && live.getClass() == was.getClass() && depth < MAX_DEPTH) {
				collect(touches, path, live, was, is, updates, depth + 1);
			}
			else if (setter != null) {
				updates.add(of(bean, setter, live, is));
			}
			else if (!addContent(live, is, updates)) {
				warn(path);
			}
		}
	}

	/** As Spring Boot names it: a field may have a name of its own. */
	private static String path(String prefix, Class<?> type, String property) {
		Field field = ReflectionUtils.findField(type, property);
		Name name = (field != null) ? field.getAnnotation(Name.class) : null;
		String last = (name != null) ? name.value() : property;
		return prefix.isEmpty() ? last : prefix + "." + last;
	}

	private static void setterOnly(Method setter, String name, String path, Object bean, Object before, Object after,
			List<PropertyUpdate> updates) {
		Field field = ReflectionUtils.findField(after.getClass(), name);
		if (field == null || !setter.getParameterTypes()[0].isAssignableFrom(field.getType())) {
			warn(path);
			return;
		}
		ReflectionUtils.makeAccessible(field);
		Object is = ReflectionUtils.getField(field, after);
		if (!ObjectUtils.nullSafeEquals(read(field, before), is)) {
			updates.add(of(bean, setter, read(field, bean), is));
		}
	}

	private static void warn(String path) {
		logger.warn("'{}' has changed, and its bean keeps the old value: the property needs a getter and a setter",
				path);
	}

	private static PropertyUpdate of(Object bean, Method setter, @Nullable Object old, @Nullable Object next) {
		ReflectionUtils.makeAccessible(setter);
		return new PropertyUpdate(() -> set(bean, setter, next), () -> set(bean, setter, old));
	}

	/** What no setter replaces gets another content. */
	@SuppressWarnings("unchecked")
	private static boolean addContent(@Nullable Object live, @Nullable Object next, List<PropertyUpdate> updates) {
		if (live instanceof Collection<?> collection && next instanceof Collection<?> content) {
			Collection<Object> target = (Collection<Object>) collection;
			List<Object> old = new ArrayList<>(collection);
			List<Object> wanted = new ArrayList<>(content);
			updates.add(new PropertyUpdate(() -> fill(target, wanted), () -> fill(target, old)));
			return true;
		}
		if (live instanceof Map<?, ?> map && next instanceof Map<?, ?> content) {
			Map<Object, Object> target = (Map<Object, Object>) map;
			Map<Object, Object> old = new LinkedHashMap<>(map);
			Map<Object, Object> wanted = new LinkedHashMap<>(content);
			updates.add(new PropertyUpdate(() -> fill(target, wanted), () -> fill(target, old)));
			return true;
		}
		return false;
	}

	/** Never empty on the way, unless it is to be. */
	private static void fill(Collection<Object> target, List<Object> wanted) {
		if (target instanceof List<Object> list) {
			int common = Math.min(list.size(), wanted.size());
			for (int i = 0; i < common; i++) {
				list.set(i, wanted.get(i));
			}
			list.subList(common, list.size()).clear();
			list.addAll(wanted.subList(common, wanted.size()));
		}
		else {
			target.retainAll(wanted);
			target.addAll(wanted);
		}
	}

	private static void fill(Map<Object, Object> target, Map<Object, Object> wanted) {
		target.keySet().retainAll(wanted.keySet());
		target.putAll(wanted);
	}

	private static boolean isContainer(Class<?> type) {
		return Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
	}

	private static boolean isNestedBean(Class<?> type) {
		if (BeanUtils.isSimpleValueType(type) || type.isArray() || type.isRecord()
				|| type.getName().startsWith("java.")) {
			return false;
		}
		for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(type)) {
			if (property.getWriteMethod() != null) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable Object read(Method getter, Object bean) {
		ReflectionUtils.makeAccessible(getter);
		return ReflectionUtils.invokeMethod(getter, bean);
	}

	private static @Nullable Object read(Field field, Object bean) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		return ReflectionUtils.getField(field, (target != null) ? target : bean);
	}

	/**
	 * Sets all of them, or none if one setter throws.
	 */
	static void applyAll(List<PropertyUpdate> updates) {
		int done = 0;
		try {
			for (PropertyUpdate update : updates) {
				update.apply.run();
				done++;
			}
		}
		catch (RuntimeException ex) {
			try {
				// The one that failed may have done half of its work.
				revertAll(updates.subList(0, done + 1));
			}
			catch (RuntimeException failure) {
				ex.addSuppressed(failure);
			}
			throw ex;
		}
	}

	/**
	 * Takes all of them back, the last one first, also if some setters throw.
	 */
	static void revertAll(List<PropertyUpdate> updates) {
		RuntimeException failure = null;
		ListIterator<PropertyUpdate> backwards = updates.listIterator(updates.size());
		while (backwards.hasPrevious()) {
			try {
				backwards.previous().revert.run();
			}
			catch (RuntimeException ex) {
				if (failure == null) {
					failure = ex;
				}
				else {
					failure.addSuppressed(ex);
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	private static void set(Object bean, Method setter, @Nullable Object value) {
		try {
			setter.invoke(bean, value);
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException(setter.toGenericString() + " failed", ex.getTargetException());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException("Cannot call " + setter.toGenericString(), ex);
		}
	}

}
