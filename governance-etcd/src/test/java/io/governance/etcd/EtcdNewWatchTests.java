package io.governance.etcd;

import java.util.HashSet;
import java.util.Set;

import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.etcd.EtcdFront.Fate;
import io.governance.testkit.RecordingConfigListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Documents that somebody begins to watch while others of the same namespace are watched.
 */
@Timeout(60)
class EtcdNewWatchTests extends BehindFront {

	private final DocumentId a = id("a.yaml");

	private final DocumentId b = id("b.yaml");

	@Test
	void newWatchReadsOnlyItsOwnDocuments() {
		Set<DocumentId> many = new HashSet<>();
		for (int i = 0; i < 300; i++) {
			many.add(id("d" + i + ".yaml"));
		}
		publish(Publication.put(this.a, "a: 1"));
		RecordingConfigListener first = watch(many.toArray(DocumentId[]::new));
		soon().until(() -> !first.deliveries().isEmpty());
		soon().until(() -> this.front.watches() == 1);
		assertThat(this.front.keysRead()).isEqualTo(300);
		RecordingConfigListener second = watch(this.a);
		awaitText(second, this.a, "a: 1");
		RecordingConfigListener third = watch(this.b);
		awaitText(third, this.b, RecordingConfigListener.ABSENT);
		assertThat(this.front.keysRead()).isEqualTo(2);
		RecordingConfigListener both = watch(this.a, this.b);
		awaitText(both, this.a, "a: 1");
		assertThat(this.front.keysRead()).as("known by then").isZero();
		publish(Publication.put(this.a, "a: 2"), Publication.put(this.b, "b: 2"));
		awaitText(second, this.a, "a: 2");
		awaitText(third, this.b, "b: 2");
		awaitText(both, this.b, "b: 2");
		publish(Publication.delete(this.b));
		awaitText(third, this.b, RecordingConfigListener.ABSENT);
		awaitText(both, this.b, RecordingConfigListener.ABSENT);
		assertThat(both.deliveries()).as("what was published together came together").hasSize(3);
		assertThat(first.deliveries()).hasSize(1);
		assertThat(this.front.watches()).as("one watch for the namespace").isEqualTo(1);
		assertThat(this.front.keysRead()).isZero();
	}

	@Test
	void newWatchThatOvertakesTheOldOneShowsWhatBelongsTogether() {
		this.front.watches((number) -> Fate.LATE);
		publishBoth("10");
		RecordingConfigListener first = watch(this.a, this.b);
		awaitText(first, this.a, "10");
		for (int i = 1; i <= 5; i++) {
			publishBoth(i + "1");
			publishBoth(i + "2");
			RecordingConfigListener other = watch(this.a, id("c" + i));
			RecordingConfigListener both = watch(this.a, this.b, id("c" + i));
			soon().until(() -> !other.deliveries().isEmpty() && !both.deliveries().isEmpty());
			assertThat(other.texts(this.a)).containsExactly(i + "2");
			assertThat(both.texts(this.a)).isEqualTo(both.texts(this.b)).containsExactly(i + "2");
		}
		publishBoth("60");
		awaitText(first, this.b, "60");
		assertThat(first.texts(this.a)).isEqualTo(first.texts(this.b)).isSorted();
	}

	private void publishBoth(String text) {
		publish(Publication.put(this.a, text), Publication.put(this.b, text));
	}

	@Test
	void whatANewWatchHasReadIsNotFollowedByWhatWasBefore() {
		this.front.watches((number) -> Fate.LATE);
		RecordingConfigListener first = watch(this.a);
		awaitText(first, this.a, RecordingConfigListener.ABSENT);
		soon().until(() -> this.front.watches() == 1);
		publish(Publication.put(this.b, "b: 1"));
		publish(Publication.delete(this.b));
		RecordingConfigListener second = watch(this.b);
		awaitText(second, this.b, RecordingConfigListener.ABSENT);
		publish(Publication.put(this.b, "b: 2"));
		awaitText(second, this.b, "b: 2");
		assertThat(second.texts(this.b)).containsExactly(RecordingConfigListener.ABSENT, "b: 2");
	}

}
