package io.governance.boot.config.reload;

import java.time.Duration;
import java.util.Set;

import io.governance.Subscription;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigEvents;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigValidator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;

/**
 * Makes a running target follow the config as part of the transaction: asks it before a
 * change is in force, changes it afterwards, and undoes that if this or a later observer
 * fails.
 *
 * @param <S> the settings of the target
 */
final class SettingsReloader<S> implements ConfigValidator, ConfigObserver, ConfigEvents, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(SettingsReloader.class);

	/** After the properties beans, before what the application does on a change. */
	private static final int ORDER = -1000;

	private final LiveTarget<S> target;

	private final Subscription events;

	private @Nullable Plan<S> plan;

	private Undo undo = new Undo();

	SettingsReloader(LiveTarget<S> target, ConfigManager manager) {
		this.target = target;
		this.events = manager.listen(this);
	}

	@Override
	public String name() {
		return this.target.name();
	}

	@Override
	public Set<String> prefixes() {
		return this.target.prefixes();
	}

	@Override
	public int order() {
		return ORDER;
	}

	/** At start, the target was made of the very same. */
	@Override
	public boolean atStart() {
		return false;
	}

	@Override
	public void validate(ConfigChange change) throws Exception {
		this.plan = null;
		if (prefixes().stream().anyMatch(change::touches)) {
			Plan<S> next = new Plan<>(change, this.target.read(change.before()), this.target.read(change.after()));
			this.target.check(change, next.before(), next.after());
			this.plan = next;
		}
	}

	@Override
	public void onChange(ConfigChange change) throws Exception {
		Plan<S> planned = this.plan;
		if (planned != null && planned.change().reversed().equals(change)) {
			this.undo.run();
			logger.info("The change of {} was taken back", name());
			return;
		}
		if (planned == null || !planned.change().equals(change)) {
			// What it concerns was not there yet when the change was checked.
			planned = new Plan<>(change, this.target.read(change.before()), this.target.read(change.after()));
			this.plan = planned;
		}
		Undo steps = new Undo();
		this.undo = steps;
		try {
			this.target.apply(change, planned.before(), planned.after(), steps);
		}
		catch (Throwable ex) {
			try {
				steps.run();
			}
			catch (RuntimeException failure) {
				ex.addSuppressed(failure);
			}
			throw ex;
		}
	}

	@Override
	public void onApplied(ConfigChange change, Duration took) {
		Plan<S> planned = this.plan;
		if (planned != null && planned.change().equals(change)) {
			this.undo.keep();
		}
	}

	/** The config may be that of a parent, and live on. */
	@Override
	public void destroy() {
		this.events.close();
	}

	private record Plan<S>(ConfigChange change, S before, S after) {
	}

}
