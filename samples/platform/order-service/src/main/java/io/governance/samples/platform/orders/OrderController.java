package io.governance.samples.platform.orders;

import java.util.Optional;
import java.util.UUID;

import io.governance.samples.platform.orders.OrderRepository.StoredOrder;
import io.governance.samples.platform.users.api.User;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Serves orders, and who has ordered.
 */
@RestController
@RequestMapping("/orders")
class OrderController {

	private static final Logger logger = LoggerFactory.getLogger(OrderController.class);

	private final OrderRepository orders;

	private final Buyers buyers;

	private final String instance;

	OrderController(OrderRepository orders, Buyers buyers,
			@Value("${governance.registry.instance.id:order-service}") String instance) {
		this.orders = orders;
		this.buyers = buyers;
		this.instance = instance;
	}

	@GetMapping("/{id}")
	Order order(@PathVariable @Positive long id) {
		StoredOrder order = this.orders.find(id)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no order " + id));
		logger.debug("Found order {}", id);
		return order(order);
	}

	/**
	 * Creates an order. While user-service does not answer, the buyer is taken on trust.
	 */
	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	Order create(@RequestBody @Valid NewOrder order,
			@RequestHeader(name = "Idempotency-Key", required = false) @Size(min = 1, max = 100) @Nullable String key) {
		Optional<User> buyer = this.buyers.find(order.userId());
		StoredOrder stored = this.orders.create((key != null) ? key : UUID.randomUUID().toString(), order.userId(),
				order.item());
		return order(stored, buyer);
	}

	private Order order(StoredOrder order) {
		return order(order, this.buyers.find(order.userId()));
	}

	private Order order(StoredOrder order, Optional<User> buyer) {
		return new Order(order.id(), order.item(), new Buyer(order.userId(), buyer.map(User::getName).orElse("unknown"),
				buyer.map(User::getVersion).orElse("")), buyer.isEmpty(), this.instance);
	}

	@ExceptionHandler
	ProblemDetail unknownBuyer(Buyers.UnknownBuyerException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_CONTENT, ex.getMessage());
	}

	/**
	 * What is ordered.
	 *
	 * @param userId who orders
	 * @param item what
	 */
	record NewOrder(@Positive long userId, @NotBlank @Size(max = 200) String item) {
	}

	/**
	 * An order.
	 *
	 * @param id its number
	 * @param item what was ordered
	 * @param buyer who has ordered it
	 * @param degraded whether user-service did not say who that is
	 * @param servedBy the instance that has answered
	 */
	record Order(long id, String item, Buyer buyer, boolean degraded, String servedBy) {
	}

	/**
	 * Who has ordered.
	 *
	 * @param id the user
	 * @param name the user's name
	 * @param version the version of user-service that has told it
	 */
	record Buyer(long id, String name, String version) {
	}

}
