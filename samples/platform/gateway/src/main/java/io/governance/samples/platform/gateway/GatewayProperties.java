package io.governance.samples.platform.gateway;

import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the gateway lets in.
 *
 * @param allowedOrigins Origins whose pages may call.
 * @param bodyLimit Largest body of a request.
 */
@ConfigurationProperties("gateway")
record GatewayProperties(@DefaultValue List<String> allowedOrigins, @DefaultValue("64KB") DataSize bodyLimit) {
}
