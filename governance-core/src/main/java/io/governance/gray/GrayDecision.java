package io.governance.gray;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What the rules of one moment made of a request: its lanes, the functions that are
 * switched on for it, and its variants. Decided once, where the request comes in.
 * Immutable and thread-safe.
 */
public final class GrayDecision {

	/** Where logs find the lanes of a request that are not stable: the key in the MDC. */
	public static final String MDC_KEY = "governance.lane";

	private static final byte[] NO_VARIANTS = {};

	private static final @Nullable String[] NO_SUBJECTS = {};

	/** The stable lane everywhere, no function on, no variant. */
	public static final GrayDecision STABLE = new GrayDecision(LaneContext.STABLE, List.of());

	private static final GrayDecision DECIDED_STABLE = new GrayDecision(LaneContext.DECIDED_STABLE, List.of());

	private static final AtomicLongFieldUpdater<GrayDecision> ASKED = AtomicLongFieldUpdater
		.newUpdater(GrayDecision.class, "asked");

	private static final ThreadLocal<@Nullable GrayDecision> CURRENT = new ThreadLocal<>();

	private final LaneContext lanes;

	private final List<String> rules;

	private final @Nullable Toggles toggles;

	private final long features;

	private final byte[] variants;

	/** By what each experiment tells who takes part, where there is a variant. */
	private final @Nullable String[] subjects;

	/** The experiments of which the variant was asked for, as a bit set. */
	private volatile long asked;

	GrayDecision(LaneContext lanes, List<String> rules) {
		this(lanes, rules, null, 0, NO_VARIANTS, NO_SUBJECTS);
	}

	GrayDecision(LaneContext lanes, List<String> rules, @Nullable Toggles toggles, long features, byte[] variants,
			@Nullable String[] subjects) {
		this.lanes = lanes;
		this.rules = rules;
		this.toggles = toggles;
		this.features = features;
		this.variants = variants;
		this.subjects = subjects;
	}

	/**
	 * The lanes.
	 * @return which lane the request takes at which service
	 */
	public LaneContext lanes() {
		return this.lanes;
	}

	/**
	 * The rules that gave the lanes.
	 * @return their names; empty if none did, or if the lanes were decided elsewhere
	 */
	public List<String> rules() {
		return this.rules;
	}

	/**
	 * Whether a function is switched on. Allocates nothing.
	 * @param feature the function's name
	 * @return {@code true} if a rule switches it on for this request
	 */
	public boolean isOn(String feature) {
		return this.toggles != null && this.toggles.isOn(feature, this.features);
	}

	/**
	 * The variant of an experiment. Allocates nothing.
	 * @param experiment the experiment's name
	 * @return the variant, or {@code null} if there is none for this request
	 */
	public @Nullable String variant(String experiment) {
		return (this.toggles != null) ? this.toggles.variant(experiment, this.variants) : null;
	}

	/**
	 * The functions that are switched on.
	 * @return their names
	 */
	public List<String> features() {
		return (this.toggles != null) ? this.toggles.on(this.features) : List.of();
	}

	/**
	 * Tells the variants. Allocates nothing.
	 * @param consumer told each experiment that the request takes part in, and its
	 * variant
	 */
	public void forEachVariant(BiConsumer<String, String> consumer) {
		if (this.toggles != null) {
			this.toggles.forEachVariant(this.variants, consumer);
		}
	}

	/** Who takes part in an experiment: a user, or whatever it goes by. */
	@Nullable String subject(String experiment) {
		return (this.toggles != null) ? this.toggles.subject(experiment, this.subjects) : null;
	}

	/** Whether nobody has asked before for the variant of an experiment. */
	boolean isFirstAsked(String experiment) {
		long bit = (this.toggles != null) ? this.toggles.bit(experiment) : 0;
		long before;
		do {
			before = this.asked;
			if ((before & bit) == bit) {
				return false;
			}
		}
		while (!ASKED.compareAndSet(this, before, before | bit));
		return true;
	}

	/**
	 * The same with lanes that were decided elsewhere.
	 * @param lanes the lanes
	 * @return the decision
	 */
	public GrayDecision withLanes(LaneContext lanes) {
		return (this.toggles == null) ? lanes.alone()
				: new GrayDecision(lanes, List.of(), this.toggles, this.features, this.variants, this.subjects);
	}

	/**
	 * The same, where nobody behind is to decide anew.
	 * @return this, with {@link LaneContext#DECIDED_STABLE} for
	 * {@link LaneContext#STABLE}
	 */
	public GrayDecision decided() {
		if (this.lanes != LaneContext.STABLE) {
			return this;
		}
		return (this == STABLE) ? DECIDED_STABLE : new GrayDecision(LaneContext.DECIDED_STABLE, this.rules,
				this.toggles, this.features, this.variants, this.subjects);
	}

	/**
	 * The decision about the request that the calling thread works for.
	 * @return the decision that was {@linkplain #open() opened} last and is not closed;
	 * {@link #STABLE} if there is none
	 */
	public static GrayDecision current() {
		GrayDecision current = CURRENT.get();
		return (current != null) ? current : STABLE;
	}

	/**
	 * Makes this the current decision of the calling thread, and names its lanes in the
	 * logs of the thread, as {@value #MDC_KEY} of the MDC, unless they are stable.
	 * @return to be closed by the same thread, which restores the decision before
	 */
	public Scope open() {
		GrayDecision before = current();
		set(this, before);
		return new Scope(before);
	}

	private static void set(GrayDecision decision, GrayDecision before) {
		if (decision == STABLE) {
			CURRENT.remove();
		}
		else {
			CURRENT.set(decision);
		}
		if (!decision.lanes.isStable()) {
			MDC.put(MDC_KEY, decision.lanes.toHeader());
		}
		else if (!before.lanes.isStable()) {
			MDC.remove(MDC_KEY);
		}
	}

	@Override
	public String toString() {
		return this.lanes + ((this.toggles != null) ? " " + this.toggles.describe(this.features, this.variants) : "");
	}

	/** The time in which a decision is the current one of a thread. */
	public static final class Scope implements AutoCloseable {

		private final GrayDecision before;

		private boolean closed;

		private Scope(GrayDecision before) {
			this.before = before;
		}

		/**
		 * Restores the decision before. Closing twice does nothing.
		 */
		@Override
		public void close() {
			if (!this.closed) {
				this.closed = true;
				set(this.before, current());
			}
		}

	}

}
