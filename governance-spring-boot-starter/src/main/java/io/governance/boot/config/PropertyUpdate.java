package io.governance.boot.config;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.Bindable;
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

	/** How deep what has no setters is searched for something that has. */
	private static final int MAX_GROUPS = 5;

	/** Not even {@code null} is known. */
	private static final Object NONE = new Object();

	/**
	 * Finds what differs between two objects of the type of a bean, and plans the same
	 * difference for the bean. Only properties that the change touches are looked at:
	 * other getters may do anything.
	 * @param change what changes
	 * @param prefix the prefix of the bean
	 * @param bean the bean
	 * @param before a fresh object of before
	 * @param after a fresh object of now
	 * @param updates takes what is planned
	 */
	static void collect(Change change, String prefix, Object bean, Object before, Object after,
			List<PropertyUpdate> updates) {
		collect(change, prefix, bean, before, after, updates, 0);
	}

	private static void collect(Change change, String prefix, Object bean, Object before, Object after,
			List<PropertyUpdate> updates, int depth) {
		for (BoundProperty property : BoundProperty.of(before.getClass())) {
			String path = prefix.isEmpty() ? property.key() : prefix + "." + property.key();
			if (!change.touches(path)) {
				continue;
			}
			Method getter = property.getter();
			if (getter == null) {
				setterOnly(change, property, path, bean, before, after, updates);
				continue;
			}
			boolean settable = property.setter() != null;
			if (!settable && !isGroup(getter.getReturnType(), 0) && !isContainer(getter.getReturnType())) {
				continue;
			}
			Object was = property.get(before);
			Object is = property.get(after);
			if (ObjectUtils.nullSafeEquals(was, is)) {
				continue;
			}
			Object live = property.get(bean);
			if (was != null && is != null && live != null
					&& (isNestedBean(live.getClass()) || (!settable && isGroup(live.getClass(), 0)))
					&& live.getClass() == is.getClass() && live.getClass() == was.getClass() && depth < MAX_DEPTH) {
				collect(change, path, live, was, is, updates, depth + 1);
			}
			else if (settable) {
				boolean untouched = ObjectUtils.nullSafeEquals(live, was);
				Object old = untouched ? argument(property, change.before(path, property.argument()), was, before)
						: argument(property, null, live, bean);
				Object next = argument(property, change.after(path, property.argument()), is, after);
				add(property, path, bean, old, next, updates);
			}
			else if (!addContent(live, is, updates)) {
				warn(path);
			}
		}
	}

	private static void setterOnly(Change change, BoundProperty property, String path, Object bean, Object before,
			Object after, List<PropertyUpdate> updates) {
		Field field = property.field();
		if (field == null || !property.takesAny(field.getType())) {
			warn(path);
		}
		else if (!ObjectUtils.nullSafeEquals(property.getField(before), property.getField(after))) {
			add(property, path, bean, property.getField(bean),
					argument(property, change.after(path, property.argument()), property.getField(after), after),
					updates);
		}
	}

	/**
	 * What the setter is given: what is bound where that is one value, which a setter may
	 * make another one of, and what was read of a fresh object otherwise, which has
	 * defaults besides.
	 */
	private static @Nullable Object argument(BoundProperty property, @Nullable Object bound, @Nullable Object read,
			Object owner) {
		boolean fits = property.takes(read);
		if (bound != null && (!fits || isOneValue(bound.getClass()))) {
			return bound;
		}
		if (fits) {
			return read;
		}
		Object kept = (property.field() != null) ? property.getField(owner) : NONE;
		return property.takes(kept) ? kept : NONE;
	}

	private static void add(BoundProperty property, String path, Object bean, @Nullable Object old,
			@Nullable Object next, List<PropertyUpdate> updates) {
		Method setter = property.setter();
		if (setter == null || old == NONE || next == NONE) {
			warn(path);
			return;
		}
		ReflectionUtils.makeAccessible(setter);
		updates
			.add(new PropertyUpdate(() -> set(property, bean, setter, next), () -> set(property, bean, setter, old)));
	}

	private static void warn(String path) {
		logger.warn("'{}' has changed, and its bean keeps the old value: the property needs a getter and a setter",
				path);
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

	/** Bound as a whole: no default is part of it. */
	private static boolean isOneValue(Class<?> type) {
		return !isContainer(type) && !type.isArray() && !isGroup(type, 0);
	}

	private static boolean isContainer(Class<?> type) {
		return Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type);
	}

	private static boolean isNestedBean(Class<?> type) {
		if (BeanUtils.isSimpleValueType(type) || type.isArray() || type.isRecord()
				|| type.getName().startsWith("java.")) {
			return false;
		}
		return BoundProperty.of(type).stream().anyMatch((property) -> property.setter() != null);
	}

	/** Holds nothing but groups and containers, so that it needs no setter itself. */
	private static boolean isGroup(Class<?> type, int depth) {
		if (isNestedBean(type)) {
			return true;
		}
		if (depth == MAX_GROUPS || type.isInterface() || BeanUtils.isSimpleValueType(type) || type.isArray()
				|| type.isRecord() || type.getName().startsWith("java.")) {
			return false;
		}
		return BoundProperty.of(type)
			.stream()
			.map(BoundProperty::getter)
			.filter(Objects::nonNull)
			.map(Method::getReturnType)
			.anyMatch((held) -> isContainer(held) || isGroup(held, depth + 1));
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

	private static void set(BoundProperty property, Object bean, Method setter, @Nullable Object value) {
		try {
			setter.invoke(BoundProperty.receiver(setter, bean), value);
		}
		catch (InvocationTargetException ex) {
			// Spring Boot gives no setter null: that it takes none says nothing.
			if (value == null && property.clear(bean)) {
				return;
			}
			throw new IllegalStateException(setter.toGenericString() + " failed", ex.getTargetException());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException("Cannot call " + setter.toGenericString(), ex);
		}
	}

	/** What changes, as far as beans look at it. */
	interface Change {

		/** Whether a key at or below a path has changed. */
		boolean touches(String path);

		/** What a path was bound to, {@code null} if to nothing. */
		@Nullable Object before(String path, Bindable<?> type);

		/** What a path is bound to now, {@code null} if to nothing. */
		@Nullable Object after(String path, Bindable<?> type);

	}

}
