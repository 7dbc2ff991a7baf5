package io.governance.boot.config;

import java.util.function.Supplier;

/**
 * Config as a typed value that is always up to date. Inject it wherever a bean needs it:
 *
 * <pre class="code">
 * Orders(LiveConfig&lt;DatabaseProperties&gt; database, &#64;ConfigPrefix("limits") LiveConfig&lt;Map&lt;String, Limit&gt;&gt; limits)
 * </pre>
 *
 * The prefix is that of {@code @ConfigurationProperties} on the type, or of
 * {@link ConfigPrefix} on the injection point. The type need not be registered anywhere.
 * Thread-safe.
 *
 * @param <T> the type of the value: best a record, with constraints of Bean Validation if
 * it likes
 */
@FunctionalInterface
public interface LiveConfig<T> extends Supplier<T> {

	/**
	 * The value now: whole, valid, and the same object until one of its keys changes.
	 * Costs a few volatile reads. Within a request of a lane for which documents have
	 * variants it is the value of that lane, for one look-up more; within a
	 * {@link io.governance.config.ConfigValidator} it is what it would be after the
	 * change.
	 * @return the value
	 */
	@Override
	T get();

	/**
	 * A value that never changes, for tests.
	 * @param <T> the type of the value
	 * @param value the value
	 * @return config that always has that value
	 */
	static <T> LiveConfig<T> of(T value) {
		return () -> value;
	}

}
