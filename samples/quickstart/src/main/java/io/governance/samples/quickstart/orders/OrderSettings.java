package io.governance.samples.quickstart.orders;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.NotBlank;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the document {@code orders.yaml} holds.
 *
 * @param greeting what customers are greeted with
 * @param priceFactor what the base price is multiplied with
 * @param currency ISO code of the currency of all prices
 */
@ConfigurationProperties("order")
record OrderSettings(@NotBlank String greeting, @DecimalMin("0.1") @DecimalMax("10") double priceFactor,
		@DefaultValue("EUR") @NotBlank String currency) {
}
