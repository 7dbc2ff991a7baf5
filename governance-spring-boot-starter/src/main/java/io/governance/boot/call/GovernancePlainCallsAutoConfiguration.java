package io.governance.boot.call;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/**
 * What stands in where calls by service name are switched off, as in tests: whoever asks
 * for {@link GovernanceCalls} has it, with its fallbacks. Nobody holds its deadlines.
 */
@AutoConfiguration(after = GovernanceCallAutoConfiguration.class)
@ConditionalOnMissingBean(CallDeadlines.class)
public final class GovernancePlainCallsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GovernanceCalls governanceCalls() {
		return new GovernanceCalls(new CallDeadlines(System::nanoTime));
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Mono.class)
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GovernanceReactiveCalls governanceReactiveCalls() {
			return new GovernanceReactiveCalls(new CallDeadlines(System::nanoTime));
		}

	}

}
