package io.governance.samples.platform.gateway;

import java.util.UUID;

import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Orders, from order-service over HTTP.
 */
@RestController
@RequestMapping(path = "/api/orders", produces = MediaType.APPLICATION_JSON_VALUE)
class OrderController {

	private static final Logger logger = LoggerFactory.getLogger(OrderController.class);

	private final Orders orders;

	OrderController(Orders orders) {
		this.orders = orders;
	}

	@GetMapping("/{id}")
	ResponseEntity<byte[]> order(@PathVariable @Positive long id) {
		logger.debug("Asking for order {}", id);
		return handedOn(this.orders.order(id));
	}

	@PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
	ResponseEntity<byte[]> create(@RequestBody byte[] order,
			@RequestHeader(name = "Idempotency-Key", required = false) @Size(min = 1, max = 100) @Nullable String key) {
		return handedOn(this.orders.create(order, (key != null) ? key : UUID.randomUUID().toString()));
	}

	private static ResponseEntity<byte[]> handedOn(ResponseEntity<byte[]> answer) {
		return ResponseEntity.status(answer.getStatusCode())
			.contentType(MediaType.APPLICATION_JSON)
			.body(answer.getBody());
	}

}
