package io.governance.gray;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SampleRequestTests {

	@Test
	void growsByWhatIsKnown() {
		SampleRequest request = SampleRequest.EMPTY.withUser("ann")
			.withSession("s1")
			.withAddress("10.0.0.1")
			.withHeader("X-Region", "cn-north")
			.withHeader("x-region", "cn-east")
			.withCookie("beta", "1")
			.withQuery("q", "2")
			.withClaim("tenant", "t1")
			.withPath("/orders")
			.withMethod("GET");
		assertThat(request.userId()).isEqualTo("ann");
		assertThat(request.sessionId()).isEqualTo("s1");
		assertThat(request.address()).isEqualTo("10.0.0.1");
		assertThat(request.header("X-REGION")).isEqualTo("cn-east");
		assertThat(request.headers()).hasSize(1);
		assertThat(request.cookie("beta")).isEqualTo("1");
		assertThat(request.cookie("Beta")).isNull();
		assertThat(request.query("q")).isEqualTo("2");
		assertThat(request.claim("tenant")).isEqualTo("t1");
		assertThat(request.path()).isEqualTo("/orders");
		assertThat(request.method()).isEqualTo("GET");
		assertThat(SampleRequest.EMPTY.userId()).isNull();
		assertThat(request).hasToString("SampleRequest");
	}

}
