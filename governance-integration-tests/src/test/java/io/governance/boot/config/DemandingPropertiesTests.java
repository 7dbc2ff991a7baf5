package io.governance.boot.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigStatus;
import jakarta.validation.constraints.Min;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.BeanInstantiationException;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ResolvableType;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What Spring Boot asks of properties at start is asked of them at each change: a change
 * that the next start would not survive is refused.
 */
@Timeout(60)
class DemandingPropertiesTests {

	private static final String GOOD = """
			strict: {size: 1, parts: [{name: a}]}
			own: {low: 1, high: 2}
			named: {name: good}
			lenient: {size: 1, name: a}
			live: {size: 1}
			""";

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("application.yaml", GOOD);
		this.context = this.fleet.start(Application.class);
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void keyThatAStrictBeanDoesNotKnowIsRefusedWithItsPlace() {
		assertThat(refusalOf("strict: {siez: 2, size: 3}"))
			.startsWith("default/default/orders.yaml:1:16: 'strict.siez' is no property of")
			.contains("Strict");
		assertThat(this.context.getBean(Strict.class).getSize()).isEqualTo(1);
		save("strict.size: 3");
		assertThat(this.context.getBean(Strict.class).getSize()).isEqualTo(3);
	}

	@Test
	void keyThatStrictLiveConfigDoesNotKnowIsRefused() {
		LiveConfig<StrictLive> live = this.context.getBean(LiveConfigFactory.class).of(StrictLive.class);
		assertThat(live.get().size()).isEqualTo(1);
		assertThat(refusalOf("live.other: 2")).contains("'live.other' is no property of");
		save("live.size: 2");
		assertThat(live.get().size()).isEqualTo(2);
	}

	@Test
	void serviceThatRestartsOverAnUnknownKeyStartsFromTheLastGoodConfig() {
		this.context.close();
		this.fleet.save("orders.yaml", "strict.siez: 2");
		this.context = this.fleet.start(Application.class);
		ConfigManager manager = this.context.getBean(ConfigManager.class);
		assertThat(manager.status().source()).isEqualTo(ConfigStatus.Source.CACHE);
		assertThat(manager.status().rejection().describe()).contains("'strict.siez' is no property of");
		assertThat(this.context.getBean(Strict.class).getSize()).isEqualTo(1);
	}

	@Test
	void propertiesThatCheckThemselvesAreAsked() {
		assertThat(refusalOf("own.low: 3")).startsWith("default/default/orders.yaml:1:10: 'own.low' is above high");
		assertThat(this.context.getBean(Own.class).getLow()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Parameter specified as non-null is null: method demo.Kotlin.<init>, parameter maxSize",
			"No argument provided for a required parameter: parameter #0 maxSize of fun `<init>`(): demo.Kotlin" })
	void whatAConstructorOfKotlinLacksIsNamed(String message) {
		Kotlin.failure = () -> new IllegalArgumentException(message);
		this.context.getBean(LiveConfigFactory.class).of(Kotlin.class);
		assertThat(refusalOf("kotlin.name: a")).contains("Kotlin: 'kotlin.max-size' is missing");
	}

	@Test
	void primitiveThatAConstructorOfKotlinLacksIsNamed() {
		Kotlin.failure = () -> new BeanInstantiationException(Kotlin.class.getDeclaredConstructors()[0],
				"Illegal arguments for constructor", new IllegalArgumentException());
		this.context.getBean(LiveConfigFactory.class).of(Kotlin.class);
		assertThat(refusalOf("kotlin.name: a")).contains("one of 'kotlin.max-size', 'kotlin.open' is missing");
		assertThat(refusalOf("kotlin: {name: a, open: true}")).contains("Kotlin: 'kotlin.max-size' is missing");
	}

	@Test
	void constraintsAreHeldWhereTheFactoryMethodAsksForIt() {
		assertThat(refusalOf("foreign.size: -1")).contains("'foreign.size' must be greater than or equal to 0");
		assertThat(this.context.getBean(Foreign.class).getSize()).isEqualTo(1);
	}

	@Test
	void validatorOfTheApplicationForAllPropertiesIsAsked() {
		assertThat(refusalOf("named.name: bad")).contains("'named.name' is bad");
		assertThat(this.context.getBean(Named.class).getName()).isEqualTo("good");
	}

	@Test
	void validatorOfTheApplicationForAllPropertiesIsAskedAboutThoseOfFactoryMethods() {
		assertThat(refusalOf("foreign.size: 13")).contains("'foreign.size' brings bad luck");
		assertThat(this.context.getBean(Foreign.class).getSize()).isEqualTo(1);
	}

	@Test
	void changeThatTakesTheKeyOfANumberAwayIsRefusedInWords() {
		save("number: 3");
		LiveConfig<Integer> number = this.context.getBean(LiveConfigFactory.class)
			.of("number", ResolvableType.forClass(Integer.class));
		assertThat(number.get()).isEqualTo(3);
		assertThat(refusalOf("other: 1")).contains("'number' is missing");
		assertThat(number.get()).isEqualTo(3);
		save("number: 4");
		assertThat(number.get()).isEqualTo(4);
	}

	@ParameterizedTest
	@ValueSource(classes = { Duration.class, DataSize.class, int[].class })
	void changeThatTakesTheKeyOfAnyOtherValueAwayIsRefusedInWords(Class<?> type) {
		save("value: 3");
		LiveConfig<?> value = this.context.getBean(LiveConfigFactory.class).of("value", ResolvableType.forClass(type));
		Object before = value.get();
		assertThat(refusalOf("other: 1")).contains("'value' is missing");
		assertThat(value.get()).isSameAs(before);
		save("value: 4");
		assertThat(value.get()).isNotEqualTo(before);
	}

	static Stream<ResolvableType> containers() {
		return Stream.of(ResolvableType.forClassWithGenerics(List.class, String.class),
				ResolvableType.forClassWithGenerics(Collection.class, String.class),
				ResolvableType.forClassWithGenerics(Set.class, String.class),
				ResolvableType.forClassWithGenerics(SortedSet.class, String.class),
				ResolvableType.forClassWithGenerics(Map.class, Integer.class, String.class),
				ResolvableType.forClassWithGenerics(SortedMap.class, Integer.class, String.class),
				ResolvableType.forClassWithGenerics(EnumMap.class, Thread.State.class, String.class));
	}

	@ParameterizedTest
	@MethodSource("containers")
	void collectionWithoutKeysIsEmptyWhateverItsKind(ResolvableType type) {
		LiveConfig<?> value = this.context.getBean(LiveConfigFactory.class).of("value", type);
		assertThat(value.get()).hasToString(type.asMap() == ResolvableType.NONE ? "[]" : "{}");
		save((type.toClass() == EnumMap.class) ? "value: {new: a}" : "value: [a, b]");
		assertThat(value.get().toString()).contains("a");
		save("other: 1");
		assertThat(value.get()).hasToString(type.asMap() == ResolvableType.NONE ? "[]" : "{}");
	}

	/** They keep the values of the start: it is the next start that would fail. */
	@Test
	void propertiesThatCannotChangeAreAskedAllTheSame() {
		assertThat(refusalOf("frozen.size: -1")).contains("'frozen.size' must be greater than or equal to 0");
		assertThat(refusalOf("frozen.size: many")).contains("'frozen.size' ");
		save("frozen.size: 2");
		assertThat(this.context.getBean(Frozen.class).size()).isEqualTo(1);
		this.context.close();
		this.context = this.fleet.start(Application.class);
		assertThat(this.context.getBean(Frozen.class).size()).isEqualTo(2);
	}

	@Test
	void propertiesOfTheLibraryThatNobodyHasSetAreAskedToo() {
		assertThat(refusalOf("governance.discovery.timeout: soon")).contains("'governance.discovery.timeout' ");
	}

	@Test
	void lenientBeanPassesOverWhatCannotBeConverted() {
		save("lenient: {size: much, name: b}");
		assertThat(this.context.getBean(Lenient.class).getName()).isEqualTo("b");
	}

	private void save(String document) {
		this.fleet.save("orders.yaml", document + "\nstamp: " + document.hashCode());
		await().until(
				() -> String.valueOf(document.hashCode()).equals(this.context.getEnvironment().getProperty("stamp")));
	}

	private String refusalOf(String document) {
		ConfigManager manager = this.context.getBean(ConfigManager.class);
		ConfigRejection before = manager.status().rejection();
		this.fleet.save("orders.yaml", document);
		await().until(() -> manager.status().rejection() != null && manager.status().rejection() != before);
		return manager.status().rejection().describe();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties({ Strict.class, Own.class, Named.class, Lenient.class, Frozen.class })
	static class Application {

		@Bean
		static Validator configurationPropertiesValidator() {
			return new NoBadNames();
		}

		@Bean
		@Validated
		@ConfigurationProperties("foreign")
		Foreign foreign() {
			return new Foreign();
		}

	}

	/** Somebody else's class. */
	static class Foreign {

		@Min(0)
		private int size = 1;

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

	}

	static class NoBadNames implements Validator {

		@Override
		public boolean supports(Class<?> type) {
			return type == Named.class || type == Foreign.class;
		}

		@Override
		public void validate(Object target, Errors errors) {
			if (target instanceof Named named && "bad".equals(named.getName())) {
				errors.rejectValue("name", "bad", "is bad");
			}
			if (target instanceof Foreign foreign && foreign.getSize() == 13) {
				errors.rejectValue("size", "luck", "brings bad luck");
			}
		}

	}

	@ConfigurationProperties(prefix = "strict", ignoreUnknownFields = false)
	static class Strict {

		private int size = 1;

		private List<Part> parts = new ArrayList<>();

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

		public List<Part> getParts() {
			return this.parts;
		}

		public void setParts(List<Part> parts) {
			this.parts = parts;
		}

	}

	record Part(String name) {
	}

	@ConfigurationProperties(prefix = "live", ignoreUnknownFields = false)
	record StrictLive(int size) {
	}

	/** Its constructor throws what one of Kotlin makes Spring throw. */
	@ConfigurationProperties("kotlin")
	record Kotlin(@DefaultValue("") String name, int maxSize, boolean open) {

		private static Supplier<RuntimeException> failure = IllegalStateException::new;

		Kotlin {
			if (!name.isEmpty()) {
				throw failure.get();
			}
		}

	}

	@Validated
	@ConfigurationProperties("frozen")
	record Frozen(@DefaultValue("1") @Min(0) int size) {
	}

	@ConfigurationProperties("own")
	static class Own implements Validator {

		private int low;

		private int high;

		public int getLow() {
			return this.low;
		}

		public void setLow(int low) {
			this.low = low;
		}

		public int getHigh() {
			return this.high;
		}

		public void setHigh(int high) {
			this.high = high;
		}

		@Override
		public boolean supports(Class<?> type) {
			return type == Own.class;
		}

		@Override
		public void validate(Object target, Errors errors) {
			Own own = (Own) target;
			if (own.low > own.high) {
				errors.rejectValue("low", "order", "is above high");
			}
		}

	}

	@ConfigurationProperties("named")
	static class Named {

		private String name = "good";

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

	@ConfigurationProperties(prefix = "lenient", ignoreInvalidFields = true)
	static class Lenient {

		private int size;

		private String name;

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

}
