package io.governance.grpc.boot;

import java.net.InetSocketAddress;
import java.util.List;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

import io.governance.boot.gray.InboundLanes;
import io.governance.boot.gray.LaneCarrier;
import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;
import io.governance.grpc.LaneDecider;
import io.governance.grpc.LaneMetadata;

/**
 * Decides the lanes of gRPC calls by the same rules, names and peers as those of HTTP.
 * Thread-safe.
 */
final class GrpcLaneDecider implements LaneDecider {

	private final InboundLanes lanes;

	private final LaneMetadata metadata;

	GrpcLaneDecider(InboundLanes lanes, LaneCarrier carrier) {
		this.lanes = lanes;
		this.metadata = new CarriedLanes(carrier);
	}

	@Override
	public GrayDecision decide(ServerCall<?, ?> call, Metadata headers) {
		InboundLanes.Decided decided = this.lanes.decide(new GrpcRequest(call, headers));
		if (decided.spoofed()) {
			this.metadata.write(LaneContext.STABLE, headers);
		}
		return decided.decision();
	}

	/** A gRPC call as rules see it: a POST of HTTP/2, which it is. */
	private record GrpcRequest(ServerCall<?, ?> call, Metadata metadata) implements InboundLanes.Request {

		@Override
		public @Nullable String peer() {
			return (this.call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
					&& address.getAddress() != null) ? address.getAddress().getHostAddress() : null;
		}

		@Override
		public List<String> headers(String name) {
			return CarriedLanes.lines(this.metadata, name);
		}

		@Override
		public String path() {
			return "/" + this.call.getMethodDescriptor().getFullMethodName();
		}

		@Override
		public String method() {
			return "POST";
		}

	}

}
