package io.governance.boot.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The prefix that a {@link LiveConfig} is bound to, where its type does not tell or
 * another one is wanted. On a bean in Spring Cloud's refresh scope, its class or the
 * method that makes it: a prefix of the config that it is made of, so that it is replaced
 * only when something below changes; given several times, there are several.
 */
@Target({ ElementType.PARAMETER, ElementType.FIELD, ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(ConfigPrefix.All.class)
@Documented
public @interface ConfigPrefix {

	/**
	 * The prefix in its canonical form, such as {@code my-app.limits}.
	 * @return the prefix
	 */
	String value();

	/** Several prefixes of one bean. */
	@Target({ ElementType.TYPE, ElementType.METHOD })
	@Retention(RetentionPolicy.RUNTIME)
	@Documented
	@interface All {

		/**
		 * The prefixes.
		 * @return the prefixes
		 */
		ConfigPrefix[] value();

	}

}
