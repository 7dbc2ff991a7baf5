package io.governance.boot.actuate;

import java.util.Map;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.util.MimeType;

/**
 * Sets the status of this instance over HTTP, and says why if that cannot be: Spring Boot
 * answers wrong requests without a reason.
 */
@EndpointWebExtension(endpoint = GovernanceInstanceEndpoint.class)
public final class GovernanceInstanceWriter {

	private final GovernanceInstanceEndpoint endpoint;

	GovernanceInstanceWriter(GovernanceInstanceEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Sets the status of this instance until it is set again or the process ends.
	 * @param status {@code UP}, {@code DRAINING} or {@code OUT_OF_SERVICE}; {@code UP}
	 * leaves it to the application itself
	 * @return what is shown then, or why it was refused
	 */
	@WriteOperation
	public WebEndpointResponse<Object> set(String status) {
		try {
			return new WebEndpointResponse<>(this.endpoint.set(status));
		}
		catch (InvalidEndpointRequestException ex) {
			return new WebEndpointResponse<>(Map.of("error", ex.getReason()), WebEndpointResponse.STATUS_BAD_REQUEST,
					MimeType.valueOf("application/json"));
		}
	}

}
