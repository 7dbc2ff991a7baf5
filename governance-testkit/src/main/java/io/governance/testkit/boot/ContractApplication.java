package io.governance.testkit.boot;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.boot.config.ConfigChanged;
import io.governance.boot.config.LiveConfig;
import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationListener;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/** The application that {@link ApplicationContract} starts. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ContractApplication {

	@Bean
	Shown shown(LiveConfig<Limits> limits, LiveConfig<Pair> pair) {
		return new Shown(limits, pair);
	}

	/**
	 * What the application reads.
	 *
	 * @param max any number; 1 if there is no config
	 */
	@ConfigurationProperties("limits")
	record Limits(@DefaultValue("1") int max) {

	}

	/**
	 * Two values of two documents, which are always published together.
	 *
	 * @param left any number
	 * @param right the same number
	 */
	@ConfigurationProperties("pair")
	record Pair(@DefaultValue("0") int left, @DefaultValue("0") int right) {

	}

	/** What a test looks at. */
	static final class Shown implements RegistrationListener {

		final LiveConfig<Limits> limits;

		final LiveConfig<Pair> pair;

		final List<Pair> pairs = new CopyOnWriteArrayList<>();

		final Set<RegistrationEvent.Kind> kinds = ConcurrentHashMap.newKeySet();

		Shown(LiveConfig<Limits> limits, LiveConfig<Pair> pair) {
			this.limits = limits;
			this.pair = pair;
		}

		@EventListener(ConfigChanged.class)
		void changed() {
			this.pairs.add(this.pair.get());
		}

		@Override
		public void onEvent(RegistrationEvent event) {
			this.kinds.add(event.kind());
		}

	}

}
