package io.governance.benchmarks;

import java.util.List;

import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.endpoint.EndpointGroup;
import com.linecorp.armeria.client.endpoint.EndpointSelectionStrategy;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;

/** Armeria's choice of an endpoint from a fixed group. */
final class ArmeriaPeer implements AutoCloseable {

	private final EndpointGroup group;

	private final ClientRequestContext context = ClientRequestContext.of(HttpRequest.of(HttpMethod.GET, "/"));

	ArmeriaPeer(EndpointSelectionStrategy strategy, List<Instance> instances) {
		this.group = EndpointGroup.of(strategy,
				instances.stream()
					.map((instance) -> Endpoint.of(instance.host(), instance.port()).withWeight(instance.weight()))
					.toList());
	}

	@Nullable Endpoint pick() {
		return this.group.selectNow(this.context);
	}

	@Override
	public void close() {
		this.group.close();
	}

}
