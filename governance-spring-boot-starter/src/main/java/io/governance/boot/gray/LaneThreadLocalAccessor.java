package io.governance.boot.gray;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

import io.governance.gray.GrayDecision;

/**
 * Carries the decision about a request wherever Micrometer's context propagation carries
 * thread-locals: through Reactor where its automatic propagation is on, and to other
 * threads through {@code ContextPropagatingTaskDecorator}. Found by
 * {@link java.util.ServiceLoader}.
 */
public final class LaneThreadLocalAccessor implements ThreadLocalAccessor<GrayDecision> {

	@Override
	public Object key() {
		return LaneKey.KEY;
	}

	@Override
	@SuppressWarnings("NullAway") // null stands for nothing to carry
	public @Nullable GrayDecision getValue() {
		GrayDecision current = GrayDecision.current();
		return (current == GrayDecision.STABLE) ? null : current;
	}

	@Override
	@SuppressWarnings("resource") // whoever restores sets the value before
	public void setValue(GrayDecision value) {
		value.open();
	}

	@Override
	public void setValue() {
		setValue(GrayDecision.STABLE);
	}

}
