package io.governance.boot.call;

import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

/**
 * Recognises answers of 4xx by what clients throw for them.
 */
final class ClientErrors {

	private static final ClassLoader LOADER = ClientErrors.class.getClassLoader();

	private static final boolean REST_CLIENT = ClassUtils
		.isPresent("org.springframework.web.client.RestClientResponseException", LOADER);

	private static final boolean WEB_CLIENT = ClassUtils
		.isPresent("org.springframework.web.reactive.function.client.WebClientResponseException", LOADER);

	private static final boolean FEIGN = ClassUtils.isPresent("feign.FeignException", LOADER);

	private ClientErrors() {
	}

	static boolean isClientError(Throwable failure) {
		return (REST_CLIENT && Blocking.is(failure)) || (WEB_CLIENT && Reactive.is(failure))
				|| (FEIGN && Feign.is(failure));
	}

	/** Loaded only where its classes are there. */
	private static final class Blocking {

		static boolean is(Throwable failure) {
			return failure instanceof RestClientResponseException ex && ex.getStatusCode().is4xxClientError();
		}

	}

	/** Loaded only where its classes are there. */
	private static final class Reactive {

		static boolean is(Throwable failure) {
			return failure instanceof WebClientResponseException ex && ex.getStatusCode().is4xxClientError();
		}

	}

	/** Loaded only where its classes are there. */
	private static final class Feign {

		static boolean is(Throwable failure) {
			return failure instanceof feign.FeignException.FeignClientException;
		}

	}

}
