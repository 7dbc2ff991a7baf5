package io.governance.samples.platform.gateway;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;

/**
 * What order-service offers, as the gateway hands it on.
 */
@HttpExchange(url = "/orders", accept = "application/json")
interface Orders {

	@GetExchange("/{id}")
	ResponseEntity<byte[]> order(@PathVariable long id);

	@PostExchange(contentType = "application/json")
	ResponseEntity<byte[]> create(@RequestBody byte[] order, @RequestHeader("Idempotency-Key") String key);

}
