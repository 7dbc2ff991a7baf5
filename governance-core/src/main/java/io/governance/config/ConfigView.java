package io.governance.config;

import java.util.function.Supplier;

/**
 * A typed view of the config that follows every change, whole. {@link #get()} costs a few
 * volatile reads, takes no lock and allocates nothing. Thread-safe.
 *
 * @param <T> the type of the value, which should be immutable
 */
public final class ConfigView<T> implements Supplier<T>, AutoCloseable {

	private final LiveState live;

	private final ConfigState.Definition definition;

	private final int slot;

	ConfigView(LiveState live, ConfigState.Definition definition) {
		this.live = live;
		this.definition = definition;
		this.slot = live.addView(definition);
	}

	/**
	 * The value now: what the last applied snapshot says, that of the lane of the request
	 * that the calling thread works for, if there is config for that lane. The same
	 * object until a change touches it. For the thread that asks a
	 * {@link ConfigValidator} about a change, what it would be.
	 * @return the value
	 */
	@Override
	@SuppressWarnings("unchecked")
	public T get() {
		return (T) this.live.value(this.slot);
	}

	/**
	 * Lets no further change ask this view: it stays as it is, and what makes its value
	 * is let go. Does not wait for a change that is being checked. Closing twice does
	 * nothing.
	 */
	@Override
	public void close() {
		this.definition.close();
	}

}
