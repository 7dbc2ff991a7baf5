package io.governance.samples.quickstart.front;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestClient;

/**
 * The service that users call. It knows {@code orders} by name only.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class FrontApplication {

	@Bean
	@LoadBalanced
	RestClient.Builder restClientBuilder(RestClientBuilderConfigurer configurer) {
		return configurer.configure(RestClient.builder());
	}

}
