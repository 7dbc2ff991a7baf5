package io.governance.samples.platform.gateway;

import io.governance.boot.call.CallTimeoutException;
import io.governance.boot.loadbalancer.NoInstanceException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientException;

/**
 * Says what went wrong behind the gateway, as problem details (RFC 9457).
 */
@RestControllerAdvice
@Order(-1)
class Failures {

	private static final Logger logger = LoggerFactory.getLogger(Failures.class);

	private static final String RETRY_AFTER = "1";

	@ExceptionHandler
	ResponseEntity<ProblemDetail> userService(StatusRuntimeException ex) {
		Status status = ex.getStatus();
		return switch (status.getCode()) {
			case INVALID_ARGUMENT -> problem(HttpStatus.BAD_REQUEST, String.valueOf(status.getDescription()));
			case NOT_FOUND -> problem(HttpStatus.NOT_FOUND, String.valueOf(status.getDescription()));
			case UNAVAILABLE, RESOURCE_EXHAUSTED -> unavailable("user-service");
			case DEADLINE_EXCEEDED -> problem(HttpStatus.GATEWAY_TIMEOUT, "user-service did not answer in time");
			default -> {
				logger.warn("user-service failed: {}", ex.toString());
				yield problem(HttpStatus.BAD_GATEWAY, "user-service failed: " + status.getCode());
			}
		};
	}

	/** There is no instance, or the circuit breaker keeps calls away. */
	@ExceptionHandler
	ResponseEntity<ProblemDetail> refused(NoInstanceException ex) {
		return unavailable(ex.service());
	}

	@ExceptionHandler
	ResponseEntity<byte[]> refusedByOrderService(HttpClientErrorException ex) {
		return ResponseEntity.status(ex.getStatusCode())
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.body(ex.getResponseBodyAsByteArray());
	}

	@ExceptionHandler
	ResponseEntity<ProblemDetail> unreadable(HttpMessageNotReadableException ex) {
		if (ex.contains(BodyLimitFilter.BodyTooLargeException.class)) {
			return problem(HttpStatus.CONTENT_TOO_LARGE, "The body is too large");
		}
		return problem(HttpStatus.BAD_REQUEST, "The body is not what was expected");
	}

	@ExceptionHandler
	ResponseEntity<ProblemDetail> tooLarge(BodyLimitFilter.BodyTooLargeException ex) {
		return problem(HttpStatus.CONTENT_TOO_LARGE, "The body is too large");
	}

	@ExceptionHandler({ HttpServerErrorException.class, ResourceAccessException.class })
	ResponseEntity<ProblemDetail> orderService(RestClientException ex) {
		if (ex.contains(CallTimeoutException.class)) {
			return problem(HttpStatus.GATEWAY_TIMEOUT, "order-service did not answer in time");
		}
		logger.warn("order-service failed: {}", ex.toString());
		return problem(HttpStatus.BAD_GATEWAY, "order-service failed");
	}

	private static ResponseEntity<ProblemDetail> unavailable(String service) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE,
				service + " does not answer: try again in " + RETRY_AFTER + " s");
		problem.setProperty("service", service);
		return ResponseEntity.status(problem.getStatus()).header(HttpHeaders.RETRY_AFTER, RETRY_AFTER).body(problem);
	}

	private static ResponseEntity<ProblemDetail> problem(HttpStatus status, String detail) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
		return ResponseEntity.of(problem).build();
	}

}
