package io.governance.samples.quickstart.orders;

import java.util.Currency;

import io.governance.boot.config.LiveConfig;
import io.governance.boot.config.OnConfigChange;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Answers with the config that is in force, and tells which instance it is.
 */
@RestController
class OrdersController {

	private static final double BASE_PRICE = 10;

	private final LiveConfig<OrderSettings> settings;

	private final String instance;

	private final String version;

	private final String lane;

	private volatile Currency currency;

	OrdersController(LiveConfig<OrderSettings> settings, @Value("${governance.registry.instance.id}") String instance,
			@Value("${governance.registry.instance.version}") String version,
			@Value("${governance.registry.instance.lane:stable}") String lane) {
		this.settings = settings;
		this.instance = instance;
		this.version = version;
		this.lane = lane;
		this.currency = Currency.getInstance(settings.get().currency());
	}

	@GetMapping("/orders/{id}")
	Order order(@PathVariable long id) {
		OrderSettings now = this.settings.get();
		return new Order(id, this.instance, this.version, this.lane, now.greeting(), now.priceFactor(),
				BASE_PRICE * now.priceFactor(), this.currency.getCurrencyCode());
	}

	@OnConfigChange("order")
	void changed(OrderSettings now, OrderSettings before) {
		System.out.println("[" + this.instance + "] " + before + " -> " + now);
	}

	/**
	 * Takes the new currency. For one that does not exist this throws, which rolls the
	 * change back: {@link #changed} is told the reverse.
	 */
	@OnConfigChange(value = "order", order = 1)
	void take(OrderSettings now) {
		this.currency = Currency.getInstance(now.currency());
	}

	record Order(long id, String instance, String version, String lane, String greeting, double priceFactor,
			double price, String currency) {
	}

}
