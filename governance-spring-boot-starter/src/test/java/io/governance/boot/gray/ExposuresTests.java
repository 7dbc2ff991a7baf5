package io.governance.boot.gray;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.governance.boot.InvalidSettingException;
import io.governance.gray.Exposure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class ExposuresTests {

	private static final List<String> USERS = IntStream.range(0, 1000).mapToObj((i) -> "user" + i).toList();

	private final List<Exposure> told = new CopyOnWriteArrayList<>();

	@Test
	void usersAreInTheSampleOrNotEachTime() {
		Map<String, String> half = Map.of("governance.gray.exposure.sample", "0.5",
				"governance.gray.exposure.hash-users", "false");
		List<String> once = shown(half, USERS);
		assertThat(once).doesNotHaveDuplicates().hasSizeBetween(420, 580);
		assertThat(shown(half, USERS)).isEqualTo(once);
		List<String> more = shown(
				Map.of("governance.gray.exposure.sample", "0.8", "governance.gray.exposure.hash-users", "false"),
				USERS);
		assertThat(more).containsAll(once).hasSizeBetween(720, 880);
		assertThat(shown(Map.of("governance.gray.exposure.sample", "0"), USERS)).isEmpty();
	}

	@Test
	void listenersSeeHashesThatDependOnTheSalt() {
		List<String> bare = shown(Map.of(), List.of("ann", "bob", "ann"));
		assertThat(bare.get(0)).matches("[0-9a-f]{32}").isEqualTo(bare.get(2)).isNotEqualTo(bare.get(1));
		assertThat(shown(Map.of("governance.gray.exposure.salt", "pepper"), List.of("ann")))
			.doesNotContainAnyElementsOf(bare);
	}

	@Test
	void listenerThatThrowsKeepsNothingFromOthers() {
		Exposures exposures = new Exposures(List.of((exposure) -> {
			throw new IllegalStateException("broken");
		}, this.told::add), properties(Map.of()));
		try {
			exposures.shown(exposure("ann"));
			exposures.shown(exposure("bob"));
			await().atMost(Duration.ofSeconds(10)).until(() -> this.told.size() == 2);
		}
		finally {
			exposures.destroy();
		}
	}

	@Test
	void listenersAreToldWhatWaitsWhenTheApplicationEnds() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		Exposures exposures = new Exposures(List.of((exposure) -> {
			begun.countDown();
			take(Duration.ofMillis(50));
			this.told.add(exposure);
		}), properties(Map.of()));
		List.of("ann", "bob", "cid").forEach((user) -> exposures.shown(exposure(user)));
		assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
		exposures.destroy();
		assertThat(this.told).hasSize(3);
		assertThat(exposures.dropped()).isZero();
	}

	@Test
	void listenerThatDoesNotReturnHoldsNoApplicationAndWhatWaitsIsCounted() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		Exposures exposures = new Exposures(List.of((exposure) -> {
			begun.countDown();
			take(Duration.ofMinutes(1));
		}), properties(Map.of()));
		List.of("ann", "bob", "cid").forEach((user) -> exposures.shown(exposure(user)));
		assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(CompletableFuture.runAsync(exposures::destroy)).succeedsWithin(Duration.ofSeconds(20));
		assertThat(exposures.dropped()).isEqualTo(2);
		await().atMost(Duration.ofSeconds(10)).until(exposures::isIdle);
	}

	private static void take(Duration time) {
		try {
			new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "-0.1", "1.1", "NaN" })
	void refusesASampleThatIsNoShare(String sample) {
		GovernanceGrayExposureProperties properties = properties(Map.of("governance.gray.exposure.sample", sample));
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> new Exposures(List.of(), properties))
			.satisfies((ex) -> assertThat(ex.property()).isEqualTo("governance.gray.exposure.sample"));
	}

	/** Those of whom listeners were told. */
	private List<String> shown(Map<String, String> settings, List<String> users) {
		this.told.clear();
		Exposures exposures = new Exposures(List.of(this.told::add), properties(settings));
		try {
			users.forEach((user) -> exposures.shown(exposure(user)));
			await().atMost(Duration.ofSeconds(10)).during(Duration.ofMillis(200)).until(exposures::isIdle);
			return this.told.stream().map(Exposure::user).toList();
		}
		finally {
			exposures.destroy();
		}
	}

	private static Exposure exposure(String user) {
		return new Exposure("button", "A", user, Instant.EPOCH);
	}

	private static GovernanceGrayExposureProperties properties(Map<String, String> settings) {
		return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("governance.gray.exposure",
				GovernanceGrayExposureProperties.class);
	}

}
