package io.governance.boot.actuate;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationEvent.Kind;
import io.governance.registry.RegistrationListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts what happens to own instances as {@code governance.registry.events}, by kind;
 * every kind is there from the start, so that alerts can be built on its rate.
 */
final class RegistrationMetrics implements RegistrationListener {

	private final Map<Kind, Counter> counters = new EnumMap<>(Kind.class);

	RegistrationMetrics(MeterRegistry registry) {
		for (Kind kind : Kind.values()) {
			this.counters.put(kind,
					Counter.builder("governance.registry.events")
						.tag("kind", kind.name().toLowerCase(Locale.ROOT))
						.description("What happened to the registrations of own instances")
						.register(registry));
		}
	}

	@Override
	public void onEvent(RegistrationEvent event) {
		Objects.requireNonNull(this.counters.get(event.kind())).increment();
	}

}
