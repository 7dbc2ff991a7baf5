package io.governance.boot.call;

import java.io.IOException;

import feign.Client;
import feign.Request;
import feign.Response;
import feign.micrometer.DefaultFeignObservationConvention;
import feign.micrometer.FeignContext;
import feign.micrometer.FeignObservationDocumentation;
import feign.micrometer.MicrometerObservationCapability;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/**
 * The observation that Feign makes of a call, which it does not make the current one
 * while the call is made (up to 13.6 at least): here it is, so that the tries can be told
 * to it, and what is logged meanwhile belongs to its span. Thread-safe. Public, as Feign
 * calls it by reflection.
 */
public final class FeignObservations extends MicrometerObservationCapability {

	private final ObservationRegistry observations;

	FeignObservations(ObservationRegistry observations) {
		super(observations);
		this.observations = observations;
	}

	@Override
	public Client enrich(Client client) {
		return (request, options) -> {
			FeignContext context = new FeignContext(request);
			Observation observation = FeignObservationDocumentation.DEFAULT.observation(null,
					DefaultFeignObservationConvention.INSTANCE, () -> context, this.observations);
			return observation.observeChecked(() -> execute(client, request, options, context));
		};
	}

	private static Response execute(Client client, Request request, Request.Options options, FeignContext context)
			throws IOException {
		Response response = client.execute(request, options);
		context.setResponse(response);
		return response;
	}

}
