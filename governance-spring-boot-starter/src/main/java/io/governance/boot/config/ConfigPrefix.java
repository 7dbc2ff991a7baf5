package io.governance.boot.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The prefix that a {@link LiveConfig} is bound to, where its type does not tell or
 * another one is wanted.
 */
@Target({ ElementType.PARAMETER, ElementType.FIELD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ConfigPrefix {

	/**
	 * The prefix in its canonical form, such as {@code my-app.limits}.
	 * @return the prefix
	 */
	String value();

}
