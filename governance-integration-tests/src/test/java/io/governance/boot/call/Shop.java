package io.governance.boot.call;

import java.time.Duration;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

/** What docs/calls.md shows of HTTP interfaces, word by word. */
@Configuration(proxyBeanMethods = false)
@ImportHttpServices(group = "stock", types = Shop.Stock.class)
class Shop {

	private final Stock stock;

	private final GovernanceCalls calls;

	Shop(Stock stock, GovernanceCalls calls) {
		this.stock = stock;
		this.calls = calls;
	}

	String item(String id) {
		return this.calls.within(Duration.ofSeconds(2)).call(() -> this.stock.item(id), (failure) -> "unknown");
	}

	interface Stock {

		@GetExchange("/items/{id}")
		String item(@PathVariable String id);

	}

}
