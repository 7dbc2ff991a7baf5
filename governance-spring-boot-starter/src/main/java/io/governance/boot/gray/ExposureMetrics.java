package io.governance.boot.gray;

import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.util.function.SingletonSupplier;

import io.governance.gray.Exposure;
import io.governance.gray.ExposureListener;

/**
 * Counts exposures by experiment and variant. Thread-safe.
 */
final class ExposureMetrics implements ExposureListener {

	private final Supplier<MeterRegistry> registry;

	ExposureMetrics(Supplier<MeterRegistry> registry) {
		this.registry = SingletonSupplier.of(registry);
	}

	@Override
	public void onExposure(Exposure exposure) {
		Counter.builder("governance.gray.exposures")
			.tags("experiment", exposure.experiment(), "variant", exposure.variant())
			.description("Variants of experiments that were shown")
			.register(this.registry.get())
			.increment();
	}

}
