package io.governance.boot.config;

import java.lang.reflect.Method;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.GovernanceException;
import io.governance.Subscription;
import io.governance.config.ConfigManager;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Finds the methods with {@link OnConfigChange} and registers them as observers.
 */
final class OnConfigChangeProcessor implements BeanPostProcessor, DisposableBean {

	private final @Nullable ProtectionDomain library;

	private final ConfigurableListableBeanFactory beanFactory;

	private final ObjectProvider<ConfigManager> manager;

	private final ObjectProvider<LiveConfigFactory> factory;

	private final List<Subscription> observers = new CopyOnWriteArrayList<>();

	OnConfigChangeProcessor(ConfigurableListableBeanFactory beanFactory, ObjectProvider<ConfigManager> manager,
			ObjectProvider<LiveConfigFactory> factory) {
		this.library = ofItsOwn(OnConfigChangeProcessor.class, BeanPostProcessor.class);
		this.beanFactory = beanFactory;
		this.manager = manager;
		this.factory = factory;
	}

	/**
	 * The domain of a library, unless it is that of all code, as where everything was
	 * packed into one jar.
	 */
	static @Nullable ProtectionDomain ofItsOwn(Class<?> type, Class<?> other) {
		ProtectionDomain domain = type.getProtectionDomain();
		return (domain != other.getProtectionDomain()) ? domain : null;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Class<?> type = AopUtils.getTargetClass(bean);
		if (mayObserve(type) && !isOfThisLibrary(type)) {
			methods(type).forEach((method, annotation) -> observe(bean, beanName, type, method, annotation));
		}
		return bean;
	}

	/** Its beans have no such methods. */
	private boolean isOfThisLibrary(Class<?> type) {
		return this.library != null && type.getProtectionDomain() == this.library;
	}

	private static boolean mayObserve(Class<?> type) {
		return !type.getName().startsWith("org.springframework.")
				&& AnnotationUtils.isCandidateClass(type, OnConfigChange.class);
	}

	/** Whether a bean of a type has such methods, as far as can be told without it. */
	static boolean observes(Class<?> type) {
		try {
			return mayObserve(type) && !methods(type).isEmpty();
		}
		catch (LinkageError | IllegalStateException ex) {
			// It refers to what is not there, which matters only if somebody needs it.
			return false;
		}
	}

	/**
	 * Whether beans of a type are told of changes of what is below a prefix, or a part of
	 * it.
	 */
	static boolean observes(Class<?> type, String prefix) {
		return observes(type) && methods(type).values()
			.stream()
			.map((annotation) -> annotation.value() + ".")
			.anyMatch((observed) -> observed.equals(".") || observed.startsWith(prefix + ".")
					|| (prefix + ".").startsWith(observed));
	}

	private static Map<Method, OnConfigChange> methods(Class<?> type) {
		return MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<@Nullable OnConfigChange>) (method) -> AnnotatedElementUtils
					.findMergedAnnotation(method, OnConfigChange.class));
	}

	private void observe(Object bean, String beanName, Class<?> type, Method method, OnConfigChange annotation) {
		if (this.beanFactory.containsBean(beanName) && !this.beanFactory.isSingleton(beanName)) {
			throw new GovernanceException("@OnConfigChange on " + method.toGenericString() + ": bean '" + beanName
					+ "' is not a singleton, so nobody would know which of its objects to call");
		}
		Method invocable = AopUtils.selectInvocableMethod(method, bean.getClass());
		this.observers.add(this.manager.getObject()
			.observe(OnConfigChangeObserver.create(bean, type, invocable, annotation, this.factory.getObject())));
	}

	/** The config may be that of a parent, and live on. */
	@Override
	public void destroy() {
		ConfigManager.remove(this.observers);
	}

}
