package io.governance.boot.call;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.MediaType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class ReadAheadTests {

	private final ReadAhead ahead = new ReadAhead(4);

	@Test
	void takesWhatIsKnownToBeShort() {
		assertThat(this.ahead.wants(0, null)).isTrue();
		assertThat(this.ahead.wants(4, MediaType.APPLICATION_OCTET_STREAM)).isTrue();
		assertThat(this.ahead.wants(5, MediaType.APPLICATION_JSON)).isFalse();
		assertThat(ReadAhead.NONE.wants(-1, MediaType.APPLICATION_JSON)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/json", "application/json;charset=UTF-8", "application/problem+json",
			"application/xml", "text/html", "text/plain" })
	void takesDocumentsOfUnknownLength(String type) {
		assertThat(this.ahead.wants(-1, MediaType.parseMediaType(type))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/event-stream", "application/x-ndjson", "application/stream+json",
			"application/octet-stream", "multipart/x-mixed-replace" })
	void leavesStreamsAlone(String type) {
		assertThat(this.ahead.wants(-1, MediaType.parseMediaType(type))).isFalse();
		assertThat(this.ahead.wants(-1, null)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "abc", "abcd", "abcdefgh" })
	void bodyStaysTheSame(String body) throws IOException {
		assertThat(this.ahead.begin(new ByteArrayInputStream(body.getBytes()))).hasContent(body);
	}

	@Test
	void failsWhereAShortBodyBreaksOff() {
		InputStream broken = new SequenceInputStream(new ByteArrayInputStream(new byte[2]), new InputStream() {

			@Override
			public int read() throws IOException {
				throw new IOException("broken off");
			}

		});
		assertThatIOException().isThrownBy(() -> this.ahead.begin(broken)).withMessage("broken off");
	}

}
