package io.governance.boot.gray;

import java.security.Principal;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.governance.gray.GrayDecision;

/**
 * Decides the lanes of requests that come by other protocols, as those of HTTP are
 * decided: what a trusted peer tells wins, else the rules decide. Thread-safe.
 */
public final class InboundLanes {

	private final LaneDecision decision;

	InboundLanes(LaneDecision decision) {
		this.decision = decision;
	}

	/**
	 * Decides the lanes of a request.
	 * @param request the request
	 * @return the decision, to be {@linkplain GrayDecision#open() opened} on each thread
	 * that works for the request
	 */
	public Decided decide(Request request) {
		RequestInbound inbound = new RequestInbound(this.decision.settings(), request);
		LaneDecision.Told told = this.decision.told(inbound);
		return new Decided(this.decision.decide(inbound, told), told.spoofed());
	}

	/**
	 * What was decided.
	 *
	 * @param decision the decision
	 * @param spoofed whether somebody who is not trusted tells lanes, which are to be
	 * taken away by {@link LaneCarrier#write}
	 */
	public record Decided(GrayDecision decision, boolean spoofed) {
	}

	/** A request, as far as rules may ask for it. */
	public interface Request {

		/**
		 * Where the connection comes from.
		 * @return the IP address; {@code null} if it is not known
		 */
		@Nullable String peer();

		/**
		 * The values of a header.
		 * @param name the name, in whatever case
		 * @return all of them, in their order
		 */
		List<String> headers(String name);

		/**
		 * What is called.
		 * @return the path; {@code null} if there is none
		 */
		@Nullable String path();

		/**
		 * How it is called.
		 * @return the method as in HTTP; {@code null} if there is none
		 */
		@Nullable String method();

	}

	private static final class RequestInbound extends Inbound {

		private final Request request;

		RequestInbound(Settings settings, Request request) {
			super(settings);
			this.request = request;
		}

		@Override
		@Nullable String peer() {
			return this.request.peer();
		}

		@Override
		List<String> headers(String name) {
			return this.request.headers(name);
		}

		@Override
		@Nullable String firstLine(String name) {
			List<String> values = this.request.headers(name);
			return values.isEmpty() ? null : values.get(0);
		}

		@Override
		@Nullable String query() {
			return null;
		}

		@Override
		public @Nullable String path() {
			return this.request.path();
		}

		@Override
		public @Nullable String method() {
			return this.request.method();
		}

		@Override
		public @Nullable Principal principal() {
			return null;
		}

	}

}
