package io.governance.boot.registry;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches if this application has a name to register under.
 */
class OnServiceName extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Service name");
		String name = nameFrom(context.getEnvironment());
		return name.isEmpty()
				? ConditionOutcome
					.noMatch(message.because("neither spring.application.name nor governance.registry.service is set"))
				: ConditionOutcome.match(message.because("it is '" + name + "'"));
	}

	static String nameFrom(Environment environment) {
		String name = environment.getProperty("governance.registry.service");
		name = StringUtils.hasText(name) ? name : environment.getProperty("spring.application.name");
		return StringUtils.hasText(name) ? name : "";
	}

}
