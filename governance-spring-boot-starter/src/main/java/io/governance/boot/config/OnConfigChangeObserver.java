package io.governance.boot.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Set;

import io.governance.GovernanceException;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigObserver;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Calls one method with {@link OnConfigChange}.
 */
final class OnConfigChangeObserver implements ConfigObserver {

	private final Object bean;

	private final Method method;

	private final String prefix;

	private final int order;

	private final @Nullable LiveConfig<?> live;

	private @Nullable Object last;

	private OnConfigChangeObserver(Object bean, Method method, String prefix, int order, @Nullable LiveConfig<?> live) {
		this.bean = bean;
		this.method = method;
		this.prefix = prefix;
		this.order = order;
		this.live = live;
		this.last = (live != null) ? live.get() : null;
	}

	static OnConfigChangeObserver create(Object bean, Class<?> type, Method method, OnConfigChange annotation,
			LiveConfigFactory factory) {
		ReflectionUtils.makeAccessible(method);
		Class<?>[] parameters = method.getParameterTypes();
		if (parameters.length == 0 || (parameters.length == 1 && parameters[0] == ConfigChange.class)) {
			return new OnConfigChangeObserver(bean, method, annotation.value(), annotation.order(), null);
		}
		ResolvableType value = ResolvableType.forMethodParameter(method, 0, type);
		if (parameters.length > 2 || (parameters.length == 2
				&& !value.getType().equals(ResolvableType.forMethodParameter(method, 1, type).getType()))) {
			throw new GovernanceException("@OnConfigChange on " + method.toGenericString()
					+ ": give it no parameter, (now), (now, before) of one type, or a ConfigChange");
		}
		String prefix = annotation.value().isEmpty() ? LiveConfigFactory.prefixOf(value) : annotation.value();
		return new OnConfigChangeObserver(bean, method, prefix, annotation.order(), factory.of(prefix, value));
	}

	@Override
	public String name() {
		return ClassUtils.getShortName(this.method.getDeclaringClass()) + "." + this.method.getName();
	}

	@Override
	public Set<String> prefixes() {
		return this.prefix.isEmpty() ? Set.of() : Set.of(this.prefix);
	}

	@Override
	public int order() {
		return this.order;
	}

	@Override
	public void onChange(ConfigChange change) throws Exception {
		if (this.live == null) {
			invoke((this.method.getParameterCount() == 0) ? new Object[0] : new Object[] { change });
			return;
		}
		Object now = this.live.get();
		invoke((this.method.getParameterCount() == 1) ? new Object[] { now }
				: new @Nullable Object[] { now, this.last });
		this.last = now;
	}

	private void invoke(@Nullable Object[] arguments) throws Exception {
		try {
			this.method.invoke(this.bean, arguments);
		}
		catch (InvocationTargetException ex) {
			if (ex.getTargetException() instanceof Exception exception) {
				throw exception;
			}
			throw ex;
		}
	}

}
