package io.governance.boot.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.governance.ConnectionState;
import io.governance.Subscription;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigEvents;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigStatus;
import io.governance.config.PendingChange;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.DisposableBean;

/**
 * What happens to the config, as metrics. All of them are there from the start, so that
 * alerts can be built on them.
 */
final class ConfigMetrics implements MeterBinder, DisposableBean {

	private final ConfigManager manager;

	private final InstantSource clock;

	private final List<Subscription> events = new CopyOnWriteArrayList<>();

	ConfigMetrics(ConfigManager manager, InstantSource clock) {
		this.manager = manager;
		this.clock = clock;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Counter applied = changes(registry, "applied");
		Counter rejected = changes(registry, "rejected");
		Timer duration = Timer.builder("governance.config.apply.duration")
			.description("Time from the delivery of a change until all have followed it")
			.register(registry);
		TimeGauge.builder("governance.config.age", this, TimeUnit.MILLISECONDS, ConfigMetrics::ageMillis)
			.description("Time since the config in force was loaded or applied, or kept if it is the last good one "
					+ "from disk")
			.strongReference(true)
			.register(registry);
		Gauge.builder("governance.config.connected", this, ConfigMetrics::connected)
			.description("Whether the backend of the config can be reached: 1 or 0")
			.strongReference(true)
			.register(registry);
		Gauge.builder("governance.config.rejected", this, ConfigMetrics::rejected)
			.description("Whether what is stored is refused and an older config in force: 1 or 0")
			.strongReference(true)
			.register(registry);
		TimeGauge.builder("governance.config.pending", this, TimeUnit.MILLISECONDS, ConfigMetrics::pendingMillis)
			.description("Time for which somebody has had a change in hand that is being applied; 0 if there is none")
			.strongReference(true)
			.register(registry);
		if (this.manager.status().rejection() != null) {
			rejected.increment();
		}
		this.events.add(this.manager.listen(new ConfigEvents() {

			@Override
			public void onApplied(ConfigChange change, Duration took) {
				applied.increment();
				duration.record(took);
			}

			@Override
			public void onRejected(ConfigRejection rejection) {
				rejected.increment();
			}

		}));
	}

	/** The config may be that of a parent, and live on. */
	@Override
	public void destroy() {
		ConfigManager.remove(this.events);
	}

	private static Counter changes(MeterRegistry registry, String result) {
		return Counter.builder("governance.config.changes")
			.tag("result", result)
			.description("Changes of the config, and what became of them")
			.register(registry);
	}

	private double ageMillis() {
		ConfigStatus status = this.manager.status();
		Instant since = status.since();
		return (status.source() != ConfigStatus.Source.NONE) ? Duration.between(since, this.clock.instant()).toMillis()
				: Double.NaN;
	}

	private double pendingMillis() {
		PendingChange pending = this.manager.status().pending();
		return (pending != null) ? Duration.between(pending.since(), this.clock.instant()).toMillis() : 0;
	}

	private double rejected() {
		return (this.manager.status().rejection() != null) ? 1 : 0;
	}

	private double connected() {
		return (this.manager.status().connection() == ConnectionState.CONNECTED) ? 1 : 0;
	}

}
