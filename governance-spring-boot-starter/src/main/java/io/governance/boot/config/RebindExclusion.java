package io.governance.boot.config;

/**
 * Tells which beans with {@code @ConfigurationProperties} are not rebound, because
 * something else keeps them up to date. A bean of this type is asked once for each of
 * them.
 */
@FunctionalInterface
public interface RebindExclusion {

	/**
	 * Whether beans of a type are left alone.
	 * @param type the type of a bean
	 * @return {@code true} if its properties must not be set
	 */
	boolean excludes(Class<?> type);

}
