package io.governance.boot.actuate;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationEvent.Kind;
import io.governance.registry.RegistrationListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts what happens to own instances as {@code governance.registry.events}, by kind and
 * backend; every kind is there from the start, so that alerts can be built on its rate.
 * Thread-safe.
 */
final class RegistrationMetrics implements RegistrationListener {

	private final MeterRegistry registry;

	private final ConcurrentMap<String, Map<Kind, Counter>> counters = new ConcurrentHashMap<>();

	/**
	 * Creates the counters.
	 * @param registry where they are registered
	 * @param backends the names of the backends that this application registers with
	 */
	RegistrationMetrics(MeterRegistry registry, Collection<String> backends) {
		this.registry = registry;
		backends.forEach(this::ofBackend);
	}

	private Map<Kind, Counter> ofBackend(String backend) {
		return this.counters.computeIfAbsent(backend, this::create);
	}

	private Map<Kind, Counter> create(String backend) {
		Map<Kind, Counter> created = new EnumMap<>(Kind.class);
		for (Kind kind : Kind.values()) {
			created.put(kind,
					Counter.builder("governance.registry.events")
						.tag("kind", kind.name().toLowerCase(Locale.ROOT))
						.tag("backend", backend)
						.description("What happened to the registrations of own instances")
						.register(this.registry));
		}
		return created;
	}

	@Override
	public void onEvent(RegistrationEvent event) {
		Objects.requireNonNull(ofBackend(event.backend()).get(event.kind())).increment();
	}

}
