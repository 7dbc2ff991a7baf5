package io.governance.boot.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.validation.annotation.Validated;

/**
 * What a type asks of its properties, besides that they can be converted.
 *
 * @param checked whether anything is asked at all
 * @param declared whether the validator of the application for all that has
 * {@code @ConfigurationProperties} is asked
 * @param constrained whether its constraints must hold
 * @param strict whether each key below its prefix must be one of its properties
 * @param lenient whether what cannot be converted is passed over
 */
record BindRules(boolean checked, boolean declared, boolean constrained, boolean strict, boolean lenient) {

	/** Of a bean that Spring Boot binds, by its class or its factory method. */
	static BindRules of(ConfigurationProperties properties, @Nullable Validated validated) {
		return new BindRules(true, true, validated != null, !properties.ignoreUnknownFields(),
				properties.ignoreInvalidFields());
	}

	/** Of live config, whose constraints always hold. */
	static BindRules ofLive(Class<?> type) {
		@Nullable ConfigurationProperties properties = AnnotatedElementUtils.findMergedAnnotation(type,
				ConfigurationProperties.class);
		return new BindRules(true, properties != null, true, properties != null && !properties.ignoreUnknownFields(),
				properties != null && properties.ignoreInvalidFields());
	}

	/** The same for what is in force and cannot be refused any more. */
	BindRules unchecked() {
		return new BindRules(false, false, false, false, this.lenient);
	}

}
