package io.governance.etcd;

import java.time.Duration;

import io.etcd.jetcd.Response;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.governance.etcd.Timeline.Position;
import io.governance.testkit.ManualClock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TimelineTests {

	private final ManualClock clock = new ManualClock();

	private final Timeline timeline = new Timeline("etcd", this.clock);

	private static Response.Header header(long cluster, long revision) {
		ResponseHeader header = ResponseHeader.newBuilder().setClusterId(cluster).setRevision(revision).build();
		PutResponse response = PutResponse.newBuilder().setHeader(header).build();
		return new io.etcd.jetcd.kv.PutResponse(response, io.etcd.jetcd.ByteSequence.EMPTY).getHeader();
	}

	private Position ask(long cluster, long revision) {
		return this.timeline.check(this.timeline.seen(), header(cluster, revision));
	}

	private void assertNotBelieved(long cluster, long revision) {
		assertThatExceptionOfType(StaleStateException.class).isThrownBy(() -> ask(cluster, revision));
	}

	@Test
	@DisplayName("F21 an older state than was seen is not believed")
	void olderStateIsNotBelieved() {
		ask(1, 100);
		assertNotBelieved(1, 99);
		assertThat(ask(1, 100).revision()).isEqualTo(100);
		assertThat(ask(1, 105).epoch()).isZero();
	}

	@Test
	void answersMayOvertakeEachOther() {
		Position before = ask(1, 100);
		ask(1, 110);
		assertThat(this.timeline.check(before, header(1, 105)).revision()).isEqualTo(105);
		assertThat(this.timeline.seen().revision()).isEqualTo(110);
	}

	@Test
	void whatAWatchHasToldCounts() {
		Position position = ask(1, 100);
		this.timeline.advance(position.at(120));
		assertNotBelieved(1, 110);
	}

	@Test
	@DisplayName("F21 a cluster that went back and stays back is believed")
	void restoredClusterIsBelievedInTime() {
		ask(1, 100);
		assertNotBelieved(1, 5);
		this.clock.advance(Timeline.PATIENCE.minusMillis(1));
		assertNotBelieved(1, 6);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(ask(1, 7)).isEqualTo(new Position(1, 1, 7));
		assertThat(ask(1, 8).epoch()).isEqualTo(1);
	}

	@Test
	@DisplayName("F21 a member of another cluster is not believed while the right one answers")
	void memberOfAnotherClusterIsNotBelieved() {
		ask(1, 100);
		for (int i = 0; i < 10; i++) {
			assertNotBelieved(2, 500);
			this.clock.advance(Timeline.PATIENCE.dividedBy(2));
			ask(1, 100);
			this.clock.advance(Timeline.PATIENCE.dividedBy(2));
		}
		assertThat(this.timeline.isOfCluster(header(2, 500))).isFalse();
	}

	@Test
	@DisplayName("F21 two stray answers long after each other are not enough, all that are given are")
	void fewAnswersAreNotBelieved() {
		ask(1, 100);
		assertNotBelieved(2, 500);
		this.clock.advance(Timeline.PATIENCE.multipliedBy(100));
		assertNotBelieved(2, 500);
		ask(1, 100);
		for (int i = 1; i < Timeline.MIN_ANSWERS; i++) {
			assertNotBelieved(1, 5);
			this.clock.advance(Timeline.PATIENCE.multipliedBy(100));
		}
		assertThat(ask(1, 5)).isEqualTo(new Position(1, 1, 5));
	}

	@Test
	void answerToAQuestionFromBeforeIsNotTaken() {
		Position before = ask(1, 100);
		assertNotBelieved(2, 5);
		assertNotBelieved(2, 5);
		this.clock.advance(Timeline.PATIENCE);
		ask(2, 5);
		assertThatExceptionOfType(StaleStateException.class)
			.isThrownBy(() -> this.timeline.check(before, header(1, 100)));
	}

}
