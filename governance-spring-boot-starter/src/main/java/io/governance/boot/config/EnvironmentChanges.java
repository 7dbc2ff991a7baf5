package io.governance.boot.config;

import java.time.Duration;
import java.util.Set;

import io.governance.Subscription;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigEvents;
import io.governance.config.ConfigManager;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.cloud.context.properties.ConfigurationPropertiesBeans;
import org.springframework.cloud.context.properties.ConfigurationPropertiesRebinder;
import org.springframework.context.ApplicationContext;

/**
 * Tells those who listen to Spring Cloud of changes, and stands in for its rebinder,
 * which would destroy and reset every bean with properties at each change. What others
 * change in the environment is followed as well: each changed property goes from its old
 * value to the new one.
 */
final class EnvironmentChanges extends ConfigurationPropertiesRebinder implements ConfigEvents, DisposableBean {

	private final ApplicationContext context;

	private final PropertiesRebinder rebinder;

	private final Subscription events;

	EnvironmentChanges(ConfigurationPropertiesBeans beans, ApplicationContext context, PropertiesRebinder rebinder,
			ConfigManager manager) {
		super(beans);
		this.context = context;
		this.rebinder = rebinder;
		this.events = manager.listen(this);
	}

	@Override
	public void onApplied(ConfigChange change, Duration took) {
		this.context.publishEvent(new RemoteChangeEvent(this.context, change.keys()));
	}

	/**
	 * Spring Cloud has the beans of a parent, and those of the same names here, bound
	 * again when a child has started, by destroying and resetting them. They are up to
	 * date if the parent follows the config.
	 */
	@Override
	public boolean rebind(String name) {
		ApplicationContext parent = this.context.getParent();
		boolean upToDate = parent != null && parent.containsBean(name)
				&& parent.getBeanProvider(PropertiesRebinder.class).stream().findAny().isPresent();
		return !upToDate && super.rebind(name);
	}

	@Override
	public void onApplicationEvent(EnvironmentChangeEvent event) {
		boolean ours = event instanceof RemoteChangeEvent;
		if (!ours && (this.context.equals(event.getSource()) || event.getKeys().equals(event.getSource()))) {
			this.rebinder.rebind(event.getKeys());
		}
	}

	/** The config may be that of a parent, and live on. */
	@Override
	public void destroy() {
		this.events.close();
	}

	/** A change after which all beans are up to date already. */
	private static final class RemoteChangeEvent extends EnvironmentChangeEvent {

		private static final long serialVersionUID = 1L;

		RemoteChangeEvent(ApplicationContext context, Set<String> keys) {
			super(context, keys);
		}

	}

}
