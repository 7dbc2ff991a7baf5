package io.governance.gray;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Which lane a request takes at which service: decided once, where the request comes in,
 * and passed on from service to service. Immutable.
 * <p>
 * The header form is a comma list of {@code service=lane}; a bare {@code lane}, or
 * {@code *=lane}, is for all services that are not named.
 */
public final class LaneContext {

	/** The stable lane everywhere. */
	public static final LaneContext STABLE = new LaneContext(Map.of(), Lane.STABLE, "");

	/**
	 * The stable lane everywhere, because rules said so. Has a header form, so that no
	 * service behind decides anew.
	 */
	public static final LaneContext DECIDED_STABLE = new LaneContext(Map.of(), Lane.STABLE, Lane.STABLE.name());

	/** The longest header, in characters. */
	public static final int MAX_HEADER_LENGTH = 1024;

	/** The most services that a header may name, {@code *} among them. */
	public static final int MAX_ENTRIES = 32;

	private final Map<String, Lane> lanes;

	private final Lane other;

	private final String header;

	/** Made when it is first asked for; any of several is as good. */
	private @Nullable GrayDecision alone;

	private LaneContext(Map<String, Lane> lanes, Lane other, String header) {
		this.lanes = Map.copyOf(lanes);
		this.other = other;
		this.header = header;
	}

	/**
	 * A context.
	 * @param lanes the lanes by service
	 * @param other the lane for all other services
	 * @return the context
	 * @throws IllegalArgumentException if the context is larger than a header may be
	 */
	static LaneContext of(Map<String, Lane> lanes, Lane other) {
		Map<String, Lane> different = new TreeMap<>(lanes);
		different.values().removeIf(other::equals);
		if (different.isEmpty() && other.equals(Lane.STABLE)) {
			return STABLE;
		}
		LaneContext context = new LaneContext(different, other, header(different, other));
		int entries = different.size() + (other.equals(Lane.STABLE) ? 0 : 1);
		if (entries > MAX_ENTRIES || context.header.length() > MAX_HEADER_LENGTH) {
			throw new IllegalArgumentException("Lanes for so many services do not fit into a header of "
					+ MAX_HEADER_LENGTH + " characters and " + MAX_ENTRIES + " entries");
		}
		return context;
	}

	private static String header(Map<String, Lane> lanes, Lane other) {
		StringBuilder header = new StringBuilder();
		if (!other.equals(Lane.STABLE)) {
			header.append(other.name());
		}
		new TreeMap<>(lanes).forEach((service,
				lane) -> header.append(header.isEmpty() ? "" : ",").append(service).append('=').append(lane.name()));
		return header.toString();
	}

	/**
	 * Reads the header form. Never throws: a header that is too long, has too many
	 * entries or is malformed anywhere, is as good as none.
	 * @param header the header, or {@code null} if there was none
	 * @return the context; {@link #STABLE} if the header does not make one, and
	 * {@link #DECIDED_STABLE} if it says that all is stable
	 */
	public static LaneContext parse(@Nullable String header) {
		if (header == null || header.isEmpty() || header.length() > MAX_HEADER_LENGTH) {
			return STABLE;
		}
		Map<String, Lane> lanes = new TreeMap<>();
		int start = 0;
		while (start <= header.length()) {
			int comma = header.indexOf(',', start);
			int end = (comma < 0) ? header.length() : comma;
			String entry = header.substring(start, end).trim();
			if (!entry.isEmpty() && (lanes.size() == MAX_ENTRIES || !addEntry(entry, lanes))) {
				return STABLE;
			}
			start = end + 1;
		}
		if (lanes.isEmpty()) {
			return STABLE;
		}
		Lane other = lanes.remove(GrayRule.ALL_SERVICES);
		LaneContext context = of(lanes, (other != null) ? other : Lane.STABLE);
		return (context == STABLE) ? DECIDED_STABLE : context;
	}

	private static boolean addEntry(String entry, Map<String, Lane> lanes) {
		int equals = entry.indexOf('=');
		String service = (equals < 0) ? GrayRule.ALL_SERVICES : entry.substring(0, equals);
		String lane = entry.substring(equals + 1);
		if (!GrayRule.isService(service) || !Lane.isName(lane)) {
			return false;
		}
		return lanes.putIfAbsent(service, new Lane(lane)) == null;
	}

	/**
	 * The header form.
	 * @return the header; empty for {@link #STABLE}, which needs none
	 */
	public String toHeader() {
		return this.header;
	}

	/**
	 * The lane that the request takes at a service. Allocates nothing.
	 * @param service the service's name
	 * @return the lane
	 */
	public Lane laneFor(String service) {
		Lane lane = this.lanes.get(service);
		return (lane != null) ? lane : this.other;
	}

	/**
	 * Whether the request takes the stable lane everywhere.
	 * @return {@code true} if it does
	 */
	public boolean isStable() {
		return this == STABLE || this == DECIDED_STABLE;
	}

	/**
	 * The context of the request that the calling thread works for.
	 * @return the lanes of the {@linkplain GrayDecision#current() current decision}
	 */
	public static LaneContext current() {
		return GrayDecision.current().lanes();
	}

	/**
	 * Makes these the lanes of the calling thread.
	 * @return to be closed by the same thread, which restores what was before
	 */
	public GrayDecision.Scope open() {
		return GrayDecision.current().withLanes(this).open();
	}

	/**
	 * The decision that consists of these lanes.
	 */
	GrayDecision alone() {
		if (this == STABLE) {
			return GrayDecision.STABLE;
		}
		GrayDecision alone = this.alone;
		if (alone == null) {
			alone = new GrayDecision(this, List.of());
			this.alone = alone;
		}
		return alone;
	}

	@Override
	public boolean equals(@Nullable Object obj) {
		return obj instanceof LaneContext that && this.lanes.equals(that.lanes) && this.other.equals(that.other);
	}

	@Override
	public int hashCode() {
		return 31 * this.lanes.hashCode() + this.other.hashCode();
	}

	@Override
	public String toString() {
		return this.header.isEmpty() ? Lane.STABLE.name() : this.header;
	}

}
