package io.governance.call;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.governance.loadbalancer.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RetryPolicyTests {

	private final RetryPolicy policy = RetryPolicy.DEFAULT;

	@ParameterizedTest
	@ValueSource(strings = { "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "POST", "PATCH", "LOCK" })
	void whatWasNotSentMayBeSentAgain(String method) {
		assertThat(this.policy.allows(method, CallFailure.NOT_SENT, true)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = CallFailure.class, names = { "TIMED_OUT", "BROKEN_OFF" })
	void whatMayHaveBeenCarriedOutIsSentAgainOnlyIfThatDoesNoHarm(CallFailure failure) {
		assertThat(RetryPolicy.IDEMPOTENT).allMatch((method) -> this.policy.allows(method, failure, true));
		assertThat(Stream.of("POST", "PATCH", "LOCK")).noneMatch((method) -> this.policy.allows(method, failure, true));
	}

	@ParameterizedTest
	@EnumSource(CallFailure.class)
	void bodyThatCannotBeSentAgainIsNot(CallFailure failure) {
		assertThat(this.policy.allows("PUT", failure, false)).isFalse();
		assertThat(this.policy.allows("PUT", 503, false)).isFalse();
	}

	@ParameterizedTest
	@EnumSource(value = CallFailure.class, names = { "ABANDONED", "OTHER" })
	void whatIsNotOfTheInstanceIsNotTriedAgain(CallFailure failure) {
		assertThat(this.policy.allows("GET", failure, true)).isFalse();
	}

	@Test
	void answersThatTellOfTheInstanceMayBeThrownAway() {
		assertThat(Stream.of(502, 503, 504)).allMatch((status) -> this.policy.allows("GET", status, true))
			.noneMatch((status) -> this.policy.allows("POST", status, true));
		assertThat(Stream.of(200, 304, 404, 429, 500, 501))
			.noneMatch((status) -> this.policy.allows("GET", status, true));
	}

	@Test
	void methodsAndStatusesCanBeChosen() {
		RetryPolicy own = new RetryPolicy(2, Set.of("POST"), Set.of(500));
		assertThat(own.allows("POST", 500, true)).isTrue();
		assertThat(own.allows("GET", 500, true)).isFalse();
		assertThat(own.allows("POST", 503, true)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> new RetryPolicy(0, Set.of(), Set.of()));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void tellsHowATryFailed(Throwable thrown, CallFailure expected) {
		assertThat(CallFailure.of(thrown)).isEqualTo(expected);
		assertThat(CallFailure.of(new IllegalStateException(new IOException(thrown))))
			.isEqualTo((expected != CallFailure.OTHER) ? expected : CallFailure.BROKEN_OFF);
	}

	static Stream<Arguments> failures() {
		return Stream.of(Arguments.of(new ConnectException(), CallFailure.NOT_SENT),
				Arguments.of(new NoRouteToHostException(), CallFailure.NOT_SENT),
				Arguments.of(new UnknownHostException("x"), CallFailure.NOT_SENT),
				Arguments.of(new HttpConnectTimeoutException("x"), CallFailure.NOT_SENT),
				Arguments.of(new SocketTimeoutException("Connect timed out"), CallFailure.NOT_SENT),
				Arguments.of(new SocketTimeoutException("Read timed out"), CallFailure.TIMED_OUT),
				Arguments.of(new SocketTimeoutException(), CallFailure.TIMED_OUT),
				Arguments.of(new HttpTimeoutException("x"), CallFailure.TIMED_OUT),
				Arguments.of(new TimeoutException(), CallFailure.TIMED_OUT),
				Arguments.of(new EOFException(), CallFailure.BROKEN_OFF),
				Arguments.of(new SocketException("reset"), CallFailure.BROKEN_OFF),
				Arguments.of(new InterruptedException(), CallFailure.ABANDONED),
				Arguments.of(new InterruptedIOException(), CallFailure.ABANDONED),
				Arguments.of(new IllegalArgumentException(), CallFailure.OTHER));
	}

	@Test
	void endsAtACircleOfCauses() {
		IllegalStateException one = new IllegalStateException();
		one.initCause(new IllegalStateException(one));
		assertThat(CallFailure.of(one)).isEqualTo(CallFailure.OTHER);
	}

	@Test
	void statusTellsOfTheInstance() {
		assertThat(Stream.of(500, 502, 503, 504, 599))
			.allMatch((code) -> Outcome.ofHttpStatus(code) == Outcome.FAILURE);
		assertThat(Stream.of(200, 302, 400, 404, 429, 501))
			.allMatch((code) -> Outcome.ofHttpStatus(code) == Outcome.SUCCESS);
	}

}
