package io.governance.nacos;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.Properties;

import com.alibaba.nacos.common.remote.client.RpcClient;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What nacos-client brings along, inside its own jar and beside it.
 */
class NacosDependenciesTests {

	@ParameterizedTest
	@CsvSource({ "META-INF/maven/com.google.code.gson/gson/pom.properties, version, 2.8.9",
			"META-INF/io.netty.versions.properties, netty-transport-native-epoll.version, 4.1.124" })
	@DisplayName("(c)10 What lies inside the client is no older than is known")
	void insideOfTheClient(String file, String key, String atLeast) throws IOException {
		URI jar = URI.create(RpcClient.class.getProtectionDomain().getCodeSource().getLocation().toString());
		Properties properties = new Properties();
		try (InputStream in = URI.create("jar:" + jar + "!/" + file).toURL().openStream()) {
			properties.load(in);
		}
		assertThat(number(properties.getProperty(key))).isGreaterThanOrEqualTo(number(atLeast));
	}

	@ParameterizedTest
	@ValueSource(strings = { "SniHandler", "AbstractSniHandler" })
	@DisplayName("(c)10 The part of Netty that CVE-2026-45416 is about is not inside the client")
	void partWithTheHoleIsNotThere(String name) {
		String netty = "com.alibaba.nacos.shaded.io.grpc.netty.shaded.io.netty.handler.ssl.";
		assertThat(netty + "SslHandler").satisfies(Class::forName);
		assertThatExceptionOfType(ClassNotFoundException.class).isThrownBy(() -> Class.forName(netty + name));
	}

	@ParameterizedTest
	@ValueSource(classes = Yaml.class)
	@DisplayName("(c)10 SnakeYAML is one without CVE-2022-1471")
	void besideTheClient(Class<?> type) throws IOException {
		Properties properties = new Properties();
		try (InputStream in = type.getResourceAsStream("/META-INF/maven/org.yaml/snakeyaml/pom.properties")) {
			properties.load(in);
		}
		assertThat(number(properties.getProperty("version"))).isGreaterThanOrEqualTo(number("2.0"));
	}

	private static int number(String version) {
		return Arrays.stream((version + ".0.0").split("\\."))
			.limit(3)
			.mapToInt(Integer::parseInt)
			.reduce(0, (all, part) -> all * 1_000 + part);
	}

}
