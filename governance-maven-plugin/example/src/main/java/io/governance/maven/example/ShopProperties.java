package io.governance.maven.example;

import java.time.Duration;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of a shop.
 *
 * @param size how large it is
 * @param timeout how long it waits
 * @param limits how much each customer may buy
 */
@ConfigurationProperties("shop")
record ShopProperties(Size size, Duration timeout, Map<String, Integer> limits) {

	/** How large a shop is. */
	enum Size {

		/** It has one room. */
		SMALL,

		/** It has more. */
		LARGE

	}

}
