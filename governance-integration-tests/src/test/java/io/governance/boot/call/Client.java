package io.governance.boot.call;

import java.time.Duration;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ReactorClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/** The clients of Spring, over several libraries. */
enum Client {

	REST_CLIENT_JDK {

		@Override
		String call(CallingApplication app, HttpMethod method, String url, String body, Duration timeout) {
			return rest(app.bean(RestClient.Builder.class), method, url, body, timeout);
		}

	},

	REST_CLIENT_NETTY {

		@Override
		String call(CallingApplication app, HttpMethod method, String url, String body, Duration timeout) {
			RestClient.Builder builder = app.bean(RestClient.Builder.class).clone();
			return rest(builder.requestFactory(new ReactorClientHttpRequestFactory()), method, url, body, timeout);
		}

	},

	REST_TEMPLATE {

		@Override
		String call(CallingApplication app, HttpMethod method, String url, String body, Duration timeout) {
			return app.bean(GovernanceCalls.class)
				.within(timeout)
				.call(() -> app.bean(RestTemplate.class)
					.exchange(url, method, (body != null) ? new org.springframework.http.HttpEntity<>(body) : null,
							String.class)
					.getBody());
		}

	},

	WEB_CLIENT_NETTY {

		@Override
		String call(CallingApplication app, HttpMethod method, String url, String body, Duration timeout) {
			return web(app.bean(WebClient.Builder.class), method, url, body, timeout);
		}

	},

	WEB_CLIENT_JDK {

		@Override
		String call(CallingApplication app, HttpMethod method, String url, String body, Duration timeout) {
			WebClient.Builder builder = app.bean(WebClient.Builder.class).clone();
			return web(builder.clientConnector(new JdkClientHttpConnector()), method, url, body, timeout);
		}

	};

	String call(CallingApplication app, HttpMethod method, String service, String body) {
		return call(app, method, "http://" + service + "/", body, Duration.ZERO);
	}

	abstract String call(CallingApplication app, HttpMethod method, String url, String body, Duration timeout);

	private static String rest(RestClient.Builder builder, HttpMethod method, String url, String body,
			Duration timeout) {
		RestClient.RequestBodySpec request = builder.build()
			.method(method)
			.uri(url)
			.attributes(CallTimeout.of(timeout));
		return ((body != null) ? request.body(body) : request).retrieve().body(String.class);
	}

	private static String web(WebClient.Builder builder, HttpMethod method, String url, String body, Duration timeout) {
		WebClient.RequestBodySpec request = builder.build().method(method).uri(url).attributes(CallTimeout.of(timeout));
		Mono<String> answer = ((body != null) ? request.bodyValue(body) : request).retrieve().bodyToMono(String.class);
		return answer.block(Duration.ofSeconds(20));
	}

}
