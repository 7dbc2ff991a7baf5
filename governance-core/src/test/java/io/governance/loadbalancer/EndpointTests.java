package io.governance.loadbalancer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EndpointTests {

	private final Endpoint endpoint = new Endpoint(Endpoints.instance("a"));

	@Test
	void countsCallsAndHowTheyEnd() {
		this.endpoint.begin();
		this.endpoint.begin();
		this.endpoint.begin();
		this.endpoint.begin();
		this.endpoint.end(5, Outcome.SUCCESS);
		this.endpoint.end(7, Outcome.FAILURE);
		this.endpoint.end(-1, Outcome.CANCELLED);
		InstanceStats stats = this.endpoint.stats();
		assertThat(stats.ended()).isEqualTo(3);
		assertThat(stats.succeeded()).isEqualTo(1);
		assertThat(stats.failed()).isEqualTo(1);
		assertThat(stats.inFlight()).isEqualTo(1);
		assertThat(stats.nanos()).isEqualTo(12);
	}

	@Test
	void keepsItsStatisticsWhenDescribedAnew() {
		this.endpoint.begin();
		Endpoint anew = this.endpoint.describedAs(Endpoints.instance("a", "gray"));
		assertThat(anew.instance().lane()).isEqualTo("gray");
		this.endpoint.end(1, Outcome.SUCCESS);
		assertThat(anew.stats().ended()).isEqualTo(1);
		assertThat(anew.stats().inFlight()).isZero();
	}

	@Test
	void staysTheSameWhenNothingChanged() {
		assertThat(this.endpoint.describedAs(Endpoints.instance("a"))).isSameAs(this.endpoint);
	}

}
