package io.governance.boot.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.governance.config.ConfigChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesBean;
import org.springframework.boot.context.properties.bind.BindMethod;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.validation.annotation.Validated;

/**
 * The beans with {@code @ConfigurationProperties} of a context, without creating any of
 * them. Used by one thread at a time, or by several that see the same.
 */
final class BoundBeans {

	private static final Logger logger = LoggerFactory.getLogger(BoundBeans.class);

	/** The scope whose beans are replaced instead of being rebound. */
	private static final String REFRESH = "refresh";

	private static final String OWN_PREFIX = "governance";

	private final ConfigurableApplicationContext context;

	private final List<RebindExclusion> exclusions;

	private @Nullable Map<String, ConfigurationProperties> names;

	private final Map<String, Rebinding> known = new LinkedHashMap<>();

	BoundBeans(ConfigurableApplicationContext context, List<RebindExclusion> exclusions) {
		this.context = context;
		this.exclusions = exclusions;
	}

	/**
	 * The singletons that are there now and can be kept up to date with their setters.
	 */
	synchronized List<Target> targets() {
		ConfigurableListableBeanFactory factory = this.context.getBeanFactory();
		List<Target> targets = new ArrayList<>();
		for (String name : names().keySet()) {
			if (factory.containsSingleton(name) && !isReplaced(factory, name)) {
				Target target = this.known.computeIfAbsent(name, this::rebinding).target();
				if (target != null) {
					targets.add(target);
				}
			}
		}
		return targets;
	}

	/**
	 * What the beans in refresh scope are bound to that have properties of their own, and
	 * that a change touches.
	 */
	synchronized List<LiveConfigPoints.Point> replaced(ConfigChange change) {
		ConfigurableListableBeanFactory factory = this.context.getBeanFactory();
		return points(change, (name) -> ScopedProxyUtils.isScopedTarget(name) && isReplaced(factory, name));
	}

	/**
	 * What the beans are bound to that are made at once with their properties and stay so
	 * until the application starts again, and that a change touches.
	 */
	synchronized List<LiveConfigPoints.Point> unchangeable(ConfigChange change) {
		ConfigurableListableBeanFactory factory = this.context.getBeanFactory();
		return points(change,
				(name) -> LiveConfigPoints.isBoundByConstructor(factory, name) && !isReplaced(factory, name));
	}

	private List<LiveConfigPoints.Point> points(ConfigChange change, Predicate<String> which) {
		ConfigurableListableBeanFactory factory = this.context.getBeanFactory();
		List<LiveConfigPoints.Point> points = new ArrayList<>();
		names().forEach((name, properties) -> {
			Class<?> type = change.touches(properties.prefix()) && which.test(name) ? factory.getType(name, false)
					: null;
			LiveConfigPoints.Point point = (type != null) ? LiveConfigPoints.ofBean(factory, name, type, properties)
					: null;
			if (point != null) {
				points.add(point);
			}
		});
		return points;
	}

	/**
	 * The singletons that are there now, cannot be changed and were given to others, of
	 * those that a change touches: a record, or whatever else is bound by its
	 * constructor.
	 */
	synchronized List<Frozen> frozen(ConfigChange change) {
		ConfigurableListableBeanFactory factory = this.context.getBeanFactory();
		List<Frozen> frozen = new ArrayList<>();
		names().forEach((name, properties) -> {
			Rebinding rebinding = change.touches(properties.prefix()) ? this.known.get(name) : null;
			Target target = (rebinding != null) ? rebinding.frozen() : null;
			if (target != null) {
				List<String> holders = Arrays.stream(factory.getDependentBeans(name))
					.filter((holder) -> !followsByItself(factory, holder, target.prefix()))
					.toList();
				if (!holders.isEmpty()) {
					frozen.add(new Frozen(target, holders));
				}
			}
		});
		return frozen;
	}

	/** Who is told of changes needs its properties for the beginning only. */
	private static boolean followsByItself(ConfigurableListableBeanFactory factory, String holder, String prefix) {
		Class<?> type = factory.containsBean(holder) ? factory.getType(holder, false) : null;
		return type != null && OnConfigChangeProcessor.observes(type, prefix);
	}

	private Map<String, ConfigurationProperties> names() {
		Map<String, ConfigurationProperties> found = this.names;
		if (found == null) {
			found = new LinkedHashMap<>();
			ConfigurableListableBeanFactory factory = this.context.getBeanFactory();
			for (Iterator<String> names = factory.getBeanNamesIterator(); names.hasNext();) {
				String name = names.next();
				ConfigurationProperties properties = factory.findAnnotationOnBean(name, ConfigurationProperties.class,
						false);
				if (properties != null) {
					found.put(name, properties);
				}
			}
			this.names = found;
		}
		return found;
	}

	private static boolean isReplaced(ConfigurableListableBeanFactory factory, String name) {
		String target = ScopedProxyUtils.isScopedTarget(name) ? name : ScopedProxyUtils.getTargetBeanName(name);
		return isInRefreshScope(factory, name) || isInRefreshScope(factory, target);
	}

	private static boolean isInRefreshScope(ConfigurableListableBeanFactory factory, String name) {
		return factory.containsBeanDefinition(name) && REFRESH.equals(factory.getMergedBeanDefinition(name).getScope());
	}

	private Rebinding rebinding(String name) {
		ConfigurationPropertiesBean bean = bean(name);
		if (bean == null || bean.getInstance() == null) {
			return Rebinding.NONE;
		}
		Class<?> type = AopUtils.getTargetClass(bean.getInstance());
		if (this.exclusions.stream().anyMatch((exclusion) -> exclusion.excludes(type))) {
			return Rebinding.NONE;
		}
		boolean byConstructor = bean.asBindTarget().getBindMethod() == BindMethod.VALUE_OBJECT;
		String prefix = bean.getAnnotation().prefix();
		Target target = new Target(bean.getInstance(), prefix,
				Bindable.<Object>of(ResolvableType.forClass(type))
					.withAnnotations(bean.asBindTarget().getAnnotations())
					.withBindMethod(byConstructor ? BindMethod.VALUE_OBJECT : BindMethod.JAVA_BEAN),
				BindRules.of(bean.getAnnotation(), bean.asBindTarget().getAnnotation(Validated.class)));
		if (byConstructor) {
			// Whoever needs our own properties follows them where they can be followed.
			return isOurs(prefix) ? Rebinding.NONE : new Rebinding(null, target);
		}
		return new Rebinding(target, null);
	}

	private static boolean isOurs(String prefix) {
		return prefix.equals(OWN_PREFIX) || prefix.startsWith(OWN_PREFIX + ".");
	}

	private @Nullable ConfigurationPropertiesBean bean(String name) {
		Object instance = this.context.getBean(name);
		try {
			return ConfigurationPropertiesBean.get(this.context, instance, name);
		}
		catch (IllegalArgumentException ex) {
			// Boot has bound another object than the one that now stands in its place.
			logger.debug("Bean '{}' is wrapped by {} and is not rebound", name, instance.getClass());
			return null;
		}
	}

	/**
	 * A bean and how it was bound.
	 *
	 * @param bean the bean
	 * @param prefix its prefix
	 * @param bindable makes a fresh object of its type
	 * @param rules what is asked of its properties
	 */
	record Target(Object bean, String prefix, Bindable<Object> bindable, BindRules rules) {
	}

	/**
	 * A bean that cannot be changed and was given to others.
	 *
	 * @param target the bean
	 * @param holders the names of the beans that it was given to
	 */
	record Frozen(Target target, List<String> holders) {
	}

	/**
	 * What was found out about a bean.
	 *
	 * @param target how it is kept up to date, or {@code null} if it cannot be
	 * @param frozen how another one like it is made, if it is bound by its constructor
	 */
	private record Rebinding(@Nullable Target target, @Nullable Target frozen) {

		static final Rebinding NONE = new Rebinding(null, null);

	}

}
