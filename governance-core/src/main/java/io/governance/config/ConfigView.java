package io.governance.config;

import java.util.function.Supplier;

/**
 * A typed view of the config that follows every change, whole. {@link #get()} costs a few
 * volatile reads, takes no lock and allocates nothing. Thread-safe.
 *
 * @param <T> the type of the value, which should be immutable
 */
public final class ConfigView<T> implements Supplier<T> {

	private final LiveState live;

	private final int slot;

	ConfigView(LiveState live, int slot) {
		this.live = live;
		this.slot = slot;
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

}
