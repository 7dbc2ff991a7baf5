package io.governance.boot.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Calls a method of a singleton bean after a change of config has been applied. If it
 * throws, the change is rolled back: the methods that were called before are called with
 * the reverse, this one is not. Of what it throws, an
 * {@link io.governance.config.InvalidConfigException} is shown with its reason, anything
 * else by its class.
 * <p>
 * The method has no parameter; or one, the value now; or two, the value now and the value
 * before, both of the same type and bound to the prefix; or one
 * {@link io.governance.config.ConfigChange}. Calls come one at a time, and not for what
 * is there at start.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface OnConfigChange {

	/**
	 * The prefix in its canonical form, such as {@code my-app.limits}. Empty for that of
	 * the values, whose type has {@code @ConfigurationProperties} then, or for any change
	 * if the method takes none.
	 * @return the prefix
	 */
	String value() default "";

	/**
	 * When the method is called, relative to other observers: the lowest first.
	 * @return the order
	 */
	int order() default 0;

}
