package io.governance.boot.refresh;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.scope.ScopedProxyFactoryBean;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.cloud.context.scope.refresh.RefreshScope;
import org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Spring Cloud's refresh scope with another way of refreshing: new objects are made
 * before the old ones are let go, and an old one is destroyed when the last call on it
 * has ended. Calls take no lock. Thread-safe.
 */
final class ReplacingRefreshScope extends RefreshScope {

	/** How long a call may last that stands in the way of an exclusive resource. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration CLOSING = Duration.ofSeconds(2);

	private final ConcurrentMap<String, ScopedBean> beans = new ConcurrentHashMap<>();

	private final Map<String, Exception> errors = new ConcurrentHashMap<>();

	private final ThreadLocal<@Nullable ScopedBean> creating = new ThreadLocal<>();

	private final ReentrantLock replacing = new ReentrantLock();

	private volatile @Nullable Replacement replacement;

	private @Nullable ApplicationContext context;

	private @Nullable ConfigurableListableBeanFactory beanFactory;

	private boolean eager = true;

	@Override
	public void setApplicationContext(ApplicationContext context) throws BeansException {
		super.setApplicationContext(context);
		this.context = context;
	}

	@Override
	public void setEager(boolean eager) {
		super.setEager(eager);
		this.eager = eager;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) throws BeansException {
		super.postProcessBeanFactory(beanFactory);
		this.beanFactory = beanFactory;
	}

	@Override
	public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) throws BeansException {
		for (String name : registry.getBeanDefinitionNames()) {
			if (registry.getBeanDefinition(name) instanceof RootBeanDefinition root
					&& root.getDecoratedDefinition() != null && root.hasBeanClass()
					&& root.getBeanClass() == ScopedProxyFactoryBean.class
					&& getName().equals(root.getDecoratedDefinition().getBeanDefinition().getScope())) {
				root.setBeanClass(CountingScopedProxyFactoryBean.class);
				root.getConstructorArgumentValues().addGenericArgumentValue(this);
				root.setSynthetic(true);
			}
		}
	}

	@Override
	public void start(ContextRefreshedEvent event) {
		ConfigurableListableBeanFactory factory = this.beanFactory;
		if (factory == null || event.getApplicationContext() != this.context || !this.eager) {
			return;
		}
		for (String name : factory.getBeanDefinitionNames()) {
			BeanDefinition definition = factory.getBeanDefinition(name);
			if (getName().equals(definition.getScope()) && !definition.isLazyInit()) {
				factory.getBean(name);
			}
		}
	}

	@Override
	public Object get(String name, ObjectFactory<?> objectFactory) {
		Replacement under = this.replacement;
		ScopedBean candidate = (under != null) ? under.candidate(name) : null;
		while (true) {
			ScopedBean bean = (candidate != null) ? candidate
					: this.beans.computeIfAbsent(name, (key) -> new ScopedBean(key, objectFactory, this.creating));
			Object object = make(bean);
			if (object != null && (bean == candidate || this.beans.get(name) == bean)) {
				return object;
			}
		}
	}

	private @Nullable Object make(ScopedBean bean) {
		try {
			return bean.make();
		}
		catch (RuntimeException ex) {
			this.errors.put(bean.name(), ex);
			throw ex;
		}
	}

	@Override
	public void registerDestructionCallback(String name, Runnable callback) {
		ScopedBean bean = this.creating.get();
		if (bean != null && bean.name().equals(name)) {
			bean.onDestruction(callback);
		}
	}

	@Override
	public @Nullable Object remove(String name) {
		ScopedBean bean = this.beans.remove(name);
		return (bean != null) ? bean.make() : null;
	}

	/**
	 * Begins a call on the object in use.
	 * @return the bean, on which the call must end
	 */
	ScopedBean enter(String name, Consumer<String> make) {
		while (true) {
			Replacement under = this.replacement;
			ScopedBean candidate = (under != null) ? under.candidate(name) : null;
			ScopedBean bean = (candidate != null) ? candidate : this.beans.get(name);
			if (bean != null && bean.enter() != null) {
				return bean;
			}
			make.accept(name);
		}
	}

	/**
	 * The beans of this scope that have an object, or are being made.
	 */
	Set<String> names() {
		return this.beans.keySet();
	}

	/**
	 * Replaces beans.
	 * @param names those to replace
	 * @param exclusive those among them which hold an exclusive resource
	 * @param began told of the replacement before it begins
	 */
	void replace(Collection<String> names, Set<String> exclusive, Consumer<Replacement> began) {
		alone(() -> {
			Replacement next = new Replacement(this.beans, exclusive, PATIENCE);
			began.accept(next);
			this.replacement = next;
			try {
				next.replace(names);
				names.forEach(this.errors::remove);
			}
			finally {
				this.replacement = null;
			}
		});
	}

	/**
	 * Runs something while nobody else replaces beans.
	 */
	void alone(Runnable step) {
		this.replacing.lock();
		try {
			step.run();
		}
		finally {
			this.replacing.unlock();
		}
	}

	/**
	 * Replaces all beans that have an object.
	 * @throws RuntimeException if one of them cannot be made; all are as they were then
	 */
	@Override
	public void refreshAll() {
		refreshNow(Set.copyOf(this.beans.keySet()));
		publish(new RefreshScopeRefreshedEvent());
	}

	/**
	 * Replaces a bean.
	 * @param name its name
	 * @return whether it had an object
	 * @throws RuntimeException if the new one cannot be made; the old one stays then
	 */
	@Override
	public boolean refresh(String name) {
		String target = ScopedProxyUtils.isScopedTarget(name) ? name : ScopedProxyUtils.getTargetBeanName(name);
		if (!destroy(target)) {
			return false;
		}
		publish(new RefreshScopeRefreshedEvent(target));
		return true;
	}

	@Override
	protected boolean destroy(String name) {
		if (!this.beans.containsKey(name)) {
			return false;
		}
		refreshNow(List.of(name));
		return true;
	}

	private void refreshNow(Collection<String> names) {
		alone(() -> {
			Replacement[] begun = new Replacement[1];
			try {
				replace(names, exclusive(names), (next) -> begun[0] = next);
				begun[0].commit();
			}
			catch (RuntimeException | Error ex) {
				if (begun[0] != null) {
					begun[0].renew();
				}
				throw ex;
			}
		});
	}

	/**
	 * Those of some beans which hold an exclusive resource.
	 */
	Set<String> exclusive(Collection<String> names) {
		Set<String> exclusive = new HashSet<>();
		ConfigurableListableBeanFactory factory = this.beanFactory;
		for (String name : names) {
			if (factory != null && factory.findAnnotationOnBean(name, ExclusiveResource.class, false) != null) {
				exclusive.add(name);
			}
		}
		return exclusive;
	}

	void publish(RefreshScopeRefreshedEvent event) {
		if (this.context != null) {
			this.context.publishEvent(event);
		}
	}

	/**
	 * Destroys all objects, those in use after a short wait.
	 */
	@Override
	public void destroy() {
		List<ScopedBean> all = List.copyOf(this.beans.values());
		this.beans.clear();
		all.forEach((bean) -> {
			if (!bean.abandon()) {
				bean.retire();
			}
		});
		long end = System.nanoTime() + CLOSING.toNanos();
		for (ScopedBean bean : all) {
			if (bean.isMade() && !bean.awaitDestroyed(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
				bean.destroy();
			}
		}
		this.errors.clear();
	}

	@Override
	public Map<String, Exception> getErrors() {
		return this.errors;
	}

}
