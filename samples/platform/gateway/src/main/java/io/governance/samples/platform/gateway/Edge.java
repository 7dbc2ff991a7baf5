package io.governance.samples.platform.gateway;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * What holds for every request.
 */
@Configuration(proxyBeanMethods = false)
class Edge implements WebMvcConfigurer {

	private final GatewayProperties properties;

	Edge(GatewayProperties properties) {
		this.properties = properties;
	}

	@Override
	public void addCorsMappings(CorsRegistry registry) {
		registry.addMapping("/api/**")
			.allowedOrigins(this.properties.allowedOrigins().toArray(String[]::new))
			.allowedMethods("GET", "POST")
			.maxAge(3600);
	}

	@Bean
	BodyLimitFilter bodyLimitFilter() {
		return new BodyLimitFilter(this.properties.bodyLimit().toBytes());
	}

}
