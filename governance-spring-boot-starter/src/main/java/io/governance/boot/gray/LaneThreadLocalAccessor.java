package io.governance.boot.gray;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

import io.governance.gray.LaneContext;

/**
 * Carries the lanes wherever Micrometer's context propagation carries thread-locals:
 * through Reactor where its automatic propagation is on, and to other threads through
 * {@code ContextPropagatingTaskDecorator}. Found by {@link java.util.ServiceLoader}.
 */
public final class LaneThreadLocalAccessor implements ThreadLocalAccessor<LaneContext> {

	@Override
	public Object key() {
		return LaneKey.KEY;
	}

	@Override
	@SuppressWarnings("NullAway") // null stands for nothing to carry
	public @Nullable LaneContext getValue() {
		LaneContext current = LaneContext.current();
		return current.isStable() ? null : current;
	}

	@Override
	@SuppressWarnings("resource") // whoever restores sets the value before
	public void setValue(LaneContext value) {
		value.open();
	}

	@Override
	public void setValue() {
		setValue(LaneContext.STABLE);
	}

}
