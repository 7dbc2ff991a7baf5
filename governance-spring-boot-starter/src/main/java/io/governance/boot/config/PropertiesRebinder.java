package io.governance.boot.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.governance.config.ConfigChange;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigValidator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesBean;
import org.springframework.boot.context.properties.bind.BindMethod;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.context.ApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.validation.annotation.Validated;

/**
 * Keeps beans with {@code @ConfigurationProperties} and setters up to date. For each one
 * that a change touches, a fresh object is bound and validated while the change is
 * checked; when it is in force, only the properties that differ between the fresh object
 * of before and that of now are set on the bean, so that nobody sees a default on the way
 * and nothing that was set by code is lost.
 */
final class PropertiesRebinder implements ConfigValidator, ConfigObserver {

	private static final Logger logger = LoggerFactory.getLogger(PropertiesRebinder.class);

	private final ApplicationContext context;

	private final ConfigManager manager;

	private final SnapshotBinder binder;

	private final List<RebindExclusion> exclusions;

	private @Nullable List<Target> targets;

	private @Nullable ConfigChange planned;

	private List<PropertyUpdate> plan = List.of();

	PropertiesRebinder(ApplicationContext context, ConfigManager manager, SnapshotBinder binder,
			List<RebindExclusion> exclusions) {
		this.context = context;
		this.manager = manager;
		this.binder = binder;
		this.exclusions = exclusions;
	}

	@Override
	public String name() {
		return "@ConfigurationProperties beans";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of();
	}

	@Override
	public int order() {
		return Integer.MIN_VALUE;
	}

	@Override
	public void validate(ConfigChange change) throws Exception {
		List<PropertyUpdate> updates = new ArrayList<>();
		for (Target target : targets()) {
			if (change.touches(target.prefix())) {
				Object before = this.manager.showing(change.before(), () -> this.binder.bindAsBootDoes(change.before(),
						target.prefix(), target.bindable(), target.validated()));
				Object after = this.binder.bind(change.after(), target.prefix(), target.bindable(), target.validated());
				PropertyUpdate.collect(change, target.prefix(), target.bean(), before, after, updates);
			}
		}
		this.planned = change;
		this.plan = updates;
	}

	@Override
	public void onChange(ConfigChange change) {
		if (change.equals(this.planned)) {
			PropertyUpdate.applyAll(this.plan);
		}
		else {
			PropertyUpdate.revertAll(this.plan);
		}
	}

	private List<Target> targets() {
		List<Target> known = this.targets;
		if (known == null) {
			known = ConfigurationPropertiesBean.getAll(this.context)
				.values()
				.stream()
				.filter(this::canBeRebound)
				.map(Target::of)
				.toList();
			this.targets = known;
		}
		return known;
	}

	private boolean canBeRebound(ConfigurationPropertiesBean bean) {
		if (bean.getInstance() == null || bean.asBindTarget().getBindMethod() == BindMethod.VALUE_OBJECT) {
			return false;
		}
		Class<?> type = AopUtils.getTargetClass(bean.getInstance());
		if (this.exclusions.stream().anyMatch((exclusion) -> exclusion.excludes(type))) {
			return false;
		}
		boolean creatable = LiveConfigPoints.hasDefaultConstructor(type);
		if (!creatable) {
			logger.debug("Bean '{}' of {} has no default constructor and is not rebound", bean.getName(), type);
		}
		return creatable;
	}

	/**
	 * A bean that is kept up to date.
	 */
	private record Target(Object bean, String prefix, Bindable<Object> bindable, boolean validated) {

		static Target of(ConfigurationPropertiesBean properties) {
			Object bean = java.util.Objects.requireNonNull(properties.getInstance());
			Class<?> type = AopUtils.getTargetClass(bean);
			ConfigurationProperties annotation = properties.getAnnotation();
			boolean validated = MergedAnnotations.from(type).isPresent(Validated.class);
			return new Target(bean, annotation.prefix(),
					Bindable.<Object>of(ResolvableType.forClass(type))
						.withAnnotations(properties.asBindTarget().getAnnotations())
						.withBindMethod(BindMethod.JAVA_BEAN),
					validated);
		}

	}

}
