package io.governance.boot.config;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.validation.MessageInterpolatorFactory;
import org.springframework.util.ClassUtils;
import org.springframework.validation.Validator;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;
import org.springframework.validation.beanvalidation.SpringValidatorAdapter;

/**
 * Bean Validation, if the application has it.
 */
final class BeanValidation implements Supplier<@Nullable Validator> {

	private final Supplier<@Nullable Object> existing;

	private final boolean present = isPresent();

	private volatile @Nullable Validator validator;

	/**
	 * Creates a supplier of a validator.
	 * @param existing a {@code jakarta.validation.Validator} that is there already, or
	 * {@code null} to make one
	 */
	BeanValidation(Supplier<@Nullable Object> existing) {
		this.existing = existing;
	}

	static boolean isPresent() {
		return ClassUtils.isPresent("jakarta.validation.Validator", BeanValidation.class.getClassLoader()) && ClassUtils
			.isPresent("org.hibernate.validator.HibernateValidator", BeanValidation.class.getClassLoader());
	}

	@Override
	public @Nullable Validator get() {
		Validator known = this.validator;
		if (known == null && this.present) {
			known = Jakarta.adapt(this.existing.get());
			this.validator = known;
		}
		return known;
	}

	/** Touches classes that need not be there. */
	private static final class Jakarta {

		static Validator adapt(@Nullable Object existing) {
			if (existing instanceof jakarta.validation.Validator validator) {
				return new SpringValidatorAdapter(validator);
			}
			LocalValidatorFactoryBean factory = new LocalValidatorFactoryBean();
			factory.setMessageInterpolator(new MessageInterpolatorFactory().getObject());
			factory.afterPropertiesSet();
			return factory;
		}

	}

}
