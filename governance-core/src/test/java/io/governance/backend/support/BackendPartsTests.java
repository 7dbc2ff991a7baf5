package io.governance.backend.support;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackendPartsTests {

	private final List<String> closed = new ArrayList<>();

	@Test
	void partsAreClosedInOrderAndOnceAlsoWhereOneFails() {
		BackendParts parts = new BackendParts("test", () -> this.closed.add("first"), () -> {
			this.closed.add("second");
			throw new IllegalStateException("on purpose");
		}, () -> this.closed.add("third"));
		parts.close();
		parts.close();
		assertThat(this.closed).containsExactly("first", "second", "third");
	}

}
