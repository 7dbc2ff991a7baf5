package io.governance.boot;

import io.governance.boot.config.LiveConfig;
import io.governance.boot.config.OnConfigChange;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Service;
import org.springframework.web.client.RestClient;

/**
 * What the README shows, compiled.
 */
class ReadmeExample {

	@ConfigurationProperties("database")
	record DatabaseProperties(@NotBlank String url, @Min(1) int maxPoolSize) {
	}

	@Service
	class Orders {

		private final LiveConfig<DatabaseProperties> database;

		private final RestClient payments;

		Orders(LiveConfig<DatabaseProperties> database, RestClient.Builder builder) {
			this.database = database;
			this.payments = builder.baseUrl("http://payments").build();
		}

		String pay(long order) {
			String url = this.database.get().url(); // always current, always valid
			return this.payments.post().uri("/orders/{id}?from={db}", order, url).retrieve().body(String.class);
		}

		@OnConfigChange("database")
		void resize(DatabaseProperties now, DatabaseProperties before) {
			// after the change is in force; throwing rolls it back
		}

	}

	@Bean
	@LoadBalanced
	RestClient.Builder restClientBuilder(RestClientBuilderConfigurer configurer) {
		return configurer.configure(RestClient.builder());
	}

}
