package io.governance.boot.config;

import java.beans.PropertyDescriptor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.ListIterator;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.util.ReflectionUtils;

/**
 * One property of a bean that gets another value, and can get its old one back.
 *
 * @param bean the bean, or the object nested in it
 * @param setter the setter
 * @param old the value to go back to
 * @param next the value to set
 */
record PropertyUpdate(Object bean, Method setter, @Nullable Object old, @Nullable Object next) {

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
			String path = prefix + "." + property.getName();
			if (getter == null || getter.getDeclaringClass() == Object.class || !touches.test(path)
					|| (setter == null && !isNestedBean(getter.getReturnType()))) {
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
				ReflectionUtils.makeAccessible(setter);
				updates.add(new PropertyUpdate(bean, setter, live, is));
			}
		}
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

	/**
	 * Sets all of them, or none if one setter throws.
	 */
	static void applyAll(List<PropertyUpdate> updates) {
		int done = 0;
		try {
			for (PropertyUpdate update : updates) {
				update.set(update.next);
				done++;
			}
		}
		catch (RuntimeException ex) {
			revertAll(updates.subList(0, done));
			throw ex;
		}
	}

	static void revertAll(List<PropertyUpdate> updates) {
		ListIterator<PropertyUpdate> backwards = updates.listIterator(updates.size());
		while (backwards.hasPrevious()) {
			PropertyUpdate update = backwards.previous();
			update.set(update.old);
		}
	}

	private void set(@Nullable Object value) {
		try {
			this.setter.invoke(this.bean, value);
		}
		catch (InvocationTargetException ex) {
			throw new IllegalStateException(this.setter.toGenericString() + " failed", ex.getTargetException());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException("Cannot call " + this.setter.toGenericString(), ex);
		}
	}

}
