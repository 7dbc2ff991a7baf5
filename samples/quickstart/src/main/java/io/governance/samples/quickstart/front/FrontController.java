package io.governance.samples.quickstart.front;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * Hands orders out as {@code orders} gives them.
 */
@RestController
class FrontController {

	private static final ParameterizedTypeReference<Map<String, Object>> JSON = new ParameterizedTypeReference<>() {
	};

	private final RestClient orders;

	FrontController(RestClient.Builder builder) {
		this.orders = builder.baseUrl("http://orders").build();
	}

	@GetMapping("/orders/{id}")
	@Nullable Map<String, Object> order(@PathVariable long id) {
		return this.orders.get().uri("/orders/{id}", id).retrieve().body(JSON);
	}

	@ExceptionHandler
	@ResponseStatus(HttpStatus.BAD_GATEWAY)
	Map<String, String> unreachable(ResourceAccessException ex) {
		return Map.of("error", "The instance that was chosen does not answer");
	}

}
