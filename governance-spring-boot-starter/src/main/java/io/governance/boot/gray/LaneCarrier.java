package io.governance.boot.gray;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.governance.boot.gray.GovernanceGrayProperties.Carrier;
import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;

/**
 * Carries lanes from one service to the next in headers: in one of its own, as a member
 * of W3C {@code baggage}, or in both. Load-balanced HTTP calls do so by themselves; use
 * the bean of this type for what else has headers, such as messages of a broker.
 * Immutable and thread-safe.
 */
public final class LaneCarrier {

	private final String header;

	private final BaggageMember baggage;

	private final boolean inHeader;

	private final boolean inBaggage;

	/**
	 * Creates a carrier.
	 * @param properties tell the names, and which of them carry
	 */
	public LaneCarrier(GovernanceGrayProperties properties) {
		this.header = properties.laneHeader();
		this.baggage = new BaggageMember(properties.baggageKey());
		this.inHeader = properties.carriers().contains(Carrier.HEADER);
		this.inBaggage = properties.carriers().contains(Carrier.BAGGAGE);
	}

	/**
	 * The headers to send with what the current thread sends, which has no others.
	 * @return the headers by name; empty if nothing was decided
	 */
	public Map<String, String> headers() {
		return headers(Map.of());
	}

	/**
	 * The headers to send with what the current thread sends.
	 * @param others the headers that it has, by name in whatever case
	 * @return those and the lanes; other members of {@code baggage} are kept, as far as
	 * there is room
	 */
	public Map<String, String> headers(Map<String, String> others) {
		Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.putAll(others);
		write(LaneContext.current(), (name) -> {
			String value = headers.get(name);
			return (value != null) ? List.of(value) : List.of();
		}, (name, value) -> {
			if (value != null) {
				headers.put(name, value);
			}
			else {
				headers.remove(name);
			}
		});
		return headers;
	}

	/**
	 * Makes the lanes of what was received those of the current thread. Only for what
	 * comes from within the fleet: whoever can send such headers chooses the lane.
	 * @param header gives a header by name, {@code null} for none
	 * @return to be closed by the same thread, which restores what was before
	 */
	public GrayDecision.Scope open(Function<String, @Nullable String> header) {
		String told = told((name) -> {
			String value = header.apply(name);
			return (value != null) ? List.of(value) : List.of();
		});
		return LaneContext.parse(told).open();
	}

	/**
	 * What headers tell about the lanes.
	 * @param headers gives all lines of a header
	 * @return the header form of the lanes, not checked; {@code null} if they tell none
	 */
	@Nullable String told(Function<String, List<String>> headers) {
		if (this.inHeader) {
			// Whoever is on the way may make one line of several, or several of one.
			List<String> lines = headers.apply(this.header);
			String list = (lines.size() == 1) ? lines.get(0) : String.join(",", lines);
			if (!list.isEmpty()) {
				return list;
			}
		}
		String value = this.inBaggage ? this.baggage.read(headers.apply(BaggageMember.HEADER)) : null;
		return (value == null || value.isEmpty()) ? null : value;
	}

	/**
	 * Whether there is anything to write, or to take away.
	 */
	boolean changes(LaneContext lanes, Function<String, List<String>> headers) {
		return !lanes.toHeader().isEmpty() || isIn(headers);
	}

	/**
	 * Whether headers say anything about lanes.
	 */
	boolean isIn(Function<String, List<String>> headers) {
		return !headers.apply(this.header).isEmpty() || this.baggage.in(headers.apply(BaggageMember.HEADER));
	}

	/**
	 * Puts lanes in the place of those that headers tell.
	 * @param lanes the lanes; {@link LaneContext#STABLE} for none
	 * @param headers gives all lines of a header
	 * @param change takes a name and its new value, {@code null} for none
	 */
	public void write(LaneContext lanes, Function<String, List<String>> headers,
			BiConsumer<String, @Nullable String> change) {
		String value = lanes.toHeader();
		String own = (this.inHeader && !value.isEmpty()) ? value : null;
		if (own != null || !headers.apply(this.header).isEmpty()) {
			change.accept(this.header, own);
		}
		List<String> lines = headers.apply(BaggageMember.HEADER);
		String member = (this.inBaggage && !value.isEmpty()) ? value : null;
		if (member != null || this.baggage.in(lines)) {
			String line = this.baggage.with(List.copyOf(lines), member);
			change.accept(BaggageMember.HEADER, line.isEmpty() ? null : line);
		}
	}

}
