package io.governance.boot.config;

import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import jakarta.validation.constraints.NotNull;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Beans whose properties have no getter, no setter, or a setter that throws. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class JavaBeanRebindingTests {

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	private Shop shop;

	@BeforeEach
	void start(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml",
				"shop: {hosts: [a, b], zones: [x], tags: {k: 1}, rows: [{name: r1}], key: first}");
		this.context = this.fleet.start(Application.class);
		this.shop = this.context.getBean(Shop.class);
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void collectionsWithoutASetterGetTheNewContent() {
		save("{stamp: 1, shop: {hosts: [c, b, d], zones: [y, x], tags: {k: 2, l: 3}, rows: [{name: r2}, {name: r3}]}}");
		assertThat(this.shop.getHosts()).containsExactly("c", "b", "d");
		assertThat(this.shop.getZones()).containsExactlyInAnyOrder("x", "y");
		assertThat(this.shop.getTags()).isEqualTo(Map.of("k", 2, "l", 3));
		assertThat(this.shop.getRows()).extracting(Row::getName).containsExactly("r2", "r3");
		save("{stamp: 2, shop: {hosts: [d]}}");
		assertThat(this.shop.getHosts()).containsExactly("d");
		assertThat(this.shop.getZones()).isEmpty();
		assertThat(this.shop.getTags()).isEmpty();
		assertThat(this.shop.getRows()).isEmpty();
	}

	@Test
	void propertyWithASetterAloneIsSet() {
		save("{stamp: 1, shop: {key: second}}");
		assertThat(this.shop.shownKey()).isEqualTo("second");
	}

	@Test
	void propertyWithANameOfItsOwnFollowsUnderThatName() {
		save("{stamp: 1, shop: {label: other}}");
		assertThat(this.shop.getTitle()).isEqualTo("other");
	}

	@Test
	void beanWithoutAPrefixFollows() {
		save("{stamp: 1, greeting: hello}");
		assertThat(this.context.getBean(Unprefixed.class).getGreeting()).isEqualTo("hello");
	}

	@Test
	void convertersOfTheApplicationAreUsed() {
		save("{stamp: 1, paint: {colour: red}}");
		Paint paint = this.context.getBean(Paint.class);
		assertThat(paint.getColour()).isEqualTo(new Colour("RED"));
		LiveConfig<Paint> live = this.context.getBean(LiveConfigFactory.class).of(Paint.class);
		assertThat(live.get().getColour()).isEqualTo(new Colour("RED"));
		save("{stamp: 2, paint: {colour: blue}}");
		assertThat(paint.getColour()).isEqualTo(new Colour("BLUE"));
		assertThat(live.get().getColour()).isEqualTo(new Colour("BLUE"));
	}

	@Test
	void valueThatOnlyAConverterOfTheApplicationTakesIsNoReasonToStartFromTheLastGoodConfig() {
		this.context.close();
		this.fleet.save("orders.yaml", "{stamp: 3, paint: {colour: green}}");
		this.context = this.fleet.start(Application.class);
		assertThat(this.context.getBean(ConfigManager.class).status().source()).isEqualTo(ConfigStatus.Source.BACKEND);
		assertThat(this.context.getBean(Paint.class).getColour()).isEqualTo(new Colour("GREEN"));
	}

	@Test
	void beanThatIsValidOnlyAsCodeHasMadeItFollows() {
		save("{stamp: 1, preset: {size: 2}}");
		assertThat(this.context.getBean(Preset.class).getSize()).isEqualTo(2);
		assertThat(this.context.getBean(Preset.class).getOwner()).isEqualTo("code");
	}

	@Test
	void beanThatOnlyCodeCanMakeIsWarnedOfAndStopsNoChange(CapturedOutput output) {
		save("{stamp: 1, single: {size: 2}}");
		save("{stamp: 2, single: {size: 3}}");
		assertThat(this.context.getBean(Single.class).getSize()).isZero();
		assertThat(output.toString().lines().filter((line) -> line.contains("The bean of 'single'"))).singleElement()
			.asString()
			.contains("WARN");
	}

	@Test
	void setterIsGivenWhatIsBoundWhateverItsGetterShows() {
		Odd odd = this.context.getBean(Odd.class);
		save("{stamp: 1, odd: {name: new, limit: new, path: new, wait: 3, pause: 3s, room: 3B}}");
		assertThat(odd.getName()).contains("new");
		assertThat(odd.getLimit()).isEqualTo("new!");
		assertThat(odd.getPath()).isEqualTo("/new");
		assertThat(odd.getWait()).isEqualTo(Duration.ofMinutes(3));
		assertThat(odd.getPause()).isEqualTo(Duration.ofSeconds(4));
		assertThat(odd.getRoom()).isEqualTo(DataSize.ofBytes(6));
		save("{stamp: 2}");
		assertThat(odd.getName()).isEmpty();
	}

	@Test
	void setterIsGivenWhatWasBoundWhenAChangeIsTakenBack() {
		Odd odd = this.context.getBean(Odd.class);
		save("{stamp: 1, odd: {name: old, limit: old, path: old}}");
		this.fleet.save("orders.yaml", "{fail: 1, odd: {name: new, limit: new, path: new}}");
		await().atMost(Duration.ofSeconds(20)).until(() -> this.context.getBean(Late.class).failed);
		await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			assertThat(odd.getName()).contains("old");
			assertThat(odd.getLimit()).isEqualTo("old!");
			assertThat(odd.getPath()).isEqualTo("/old");
		});
	}

	@Test
	void setterThatTakesNoNullStopsNoKeyFromBeingTakenAway() {
		Odd odd = this.context.getBean(Odd.class);
		save("{stamp: 1, odd: {owner: ' ann '}}");
		assertThat(odd.getOwner()).isEqualTo("ann");
		save("{stamp: 2}");
		assertThat(odd.getOwner()).isNull();
		this.fleet.save("orders.yaml", "{fail: 1, odd: {owner: bob}}");
		await().atMost(Duration.ofSeconds(20)).until(() -> this.context.getBean(Late.class).failed);
		await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(odd.getOwner()).isNull());
	}

	@Test
	void groupsThatHoldNothingButGroupsAndCollectionsFollow() {
		Odd odd = this.context.getBean(Odd.class);
		save("{stamp: 1, odd: {group: {rows: [{name: r}], inner: {limits: {max: 2}}}}}");
		assertThat(odd.getGroup().getRows()).extracting(Row::getName).containsExactly("r");
		assertThat(odd.getGroup().getInner().getLimits().getMax()).isEqualTo(2);
	}

	@Test
	void accessorsThatOnlyTheBinderSeesFollow() {
		Hidden hidden = this.context.getBean(Hidden.class);
		save("{stamp: 1, hidden: {size: 2}}");
		assertThat(hidden.getSize()).isEqualTo(2);
	}

	@Test
	void beanWithoutADefaultConstructorIsWarnedOf(CapturedOutput output) {
		save("{stamp: 1, given: {size: 2}}");
		save("{stamp: 2, given: {size: 3}}");
		assertThat(output.toString().lines().filter((line) -> line.contains("The bean of 'given'"))).singleElement()
			.asString()
			.contains("WARN");
	}

	@Test
	void allIsAsBeforeWhenALaterObserverFails() {
		this.fleet.save("orders.yaml",
				"{fail: 1, shop: {hosts: [z], zones: [q], tags: {m: 9}, rows: [], key: second}}");
		await().atMost(Duration.ofSeconds(20)).until(() -> this.context.getBean(Late.class).failed);
		await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			assertThat(this.shop.getHosts()).containsExactly("a", "b");
			assertThat(this.shop.getZones()).containsExactly("x");
			assertThat(this.shop.getTags()).isEqualTo(Map.of("k", 1));
			assertThat(this.shop.getRows()).extracting(Row::getName).containsExactly("r1");
			assertThat(this.shop.shownKey()).isEqualTo("first");
		});
	}

	@Test
	void propertyThatCannotFollowIsWarnedOf(CapturedOutput output) {
		save("{stamp: 1, shop: {hidden: other}}");
		assertThat(output.toString().lines().filter((line) -> line.contains("'shop.hidden' has changed")))
			.singleElement()
			.asString()
			.contains("WARN")
			.doesNotContain("other");
	}

	@Test
	void setterThatThrowsOnTheWayBackKeepsNoOtherFromGoingBack() {
		Stubborn bean = new Stubborn();
		List<PropertyUpdate> updates = new ArrayList<>();
		Stubborn after = new Stubborn();
		after.first = 2;
		after.second = 2;
		after.third = 2;
		PropertyUpdate.collect(new Everything(), "bean", bean, new Stubborn(), after, updates);
		PropertyUpdate.applyAll(updates);
		assertThat(List.of(bean.first, bean.second, bean.third)).containsExactly(2, 2, 2);
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> PropertyUpdate.revertAll(updates));
		assertThat(List.of(bean.first, bean.second, bean.third)).containsExactly(1, 2, 1);
	}

	@Test
	void failureOfASetterIsNotHiddenByOneOnTheWayBack() {
		Stubborn bean = new Stubborn();
		List<PropertyUpdate> updates = new ArrayList<>();
		Stubborn after = new Stubborn();
		after.first = 2;
		after.second = 2;
		after.third = 13;
		PropertyUpdate.collect(new Everything(), "bean", bean, new Stubborn(), after, updates);
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> PropertyUpdate.applyAll(updates))
			.satisfies((ex) -> assertThat(ex).hasRootCauseMessage("never 13"))
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
		assertThat(bean.first).isEqualTo(1);
		assertThat(bean.third).isEqualTo(1);
	}

	private void save(String text) {
		this.fleet.save("orders.yaml", text);
		String stamp = text.substring(8, 9);
		await().atMost(Duration.ofSeconds(20)).until(() -> stamp.equals(this.context.getBean(Late.class).stamp));
	}

	static class Late {

		private volatile boolean failed;

		private volatile String stamp = "";

		@OnConfigChange(order = 1000)
		void fail(io.governance.config.ConfigChange change) {
			if (change.after().get("fail") != null) {
				this.failed = true;
				throw new IllegalStateException("as asked");
			}
			if (change.after().get("stamp") != null) {
				this.stamp = change.after().get("stamp").value().toString();
			}
		}

	}

	/** Goes up, and {@code second} not down again. */
	public static class Stubborn {

		private int first = 1;

		private int second = 1;

		private int third = 1;

		public int getFirst() {
			return this.first;
		}

		public void setFirst(int first) {
			this.first = first;
		}

		public int getSecond() {
			return this.second;
		}

		public void setSecond(int second) {
			if (second < this.second) {
				throw new IllegalStateException("never down");
			}
			this.second = second;
		}

		public int getThird() {
			return this.third;
		}

		public void setThird(int third) {
			if (third == 13) {
				throw new IllegalStateException("never 13");
			}
			this.third = third;
		}

	}

	@ConfigurationProperties("shop")
	public static class Shop {

		private final List<String> hosts = new ArrayList<>();

		private final Set<String> zones = new LinkedHashSet<>();

		private final Map<String, Integer> tags = new LinkedHashMap<>();

		private final List<Row> rows = new ArrayList<>();

		private String key = "none";

		@Name("label")
		private String title = "";

		private StringBuilder buffer = new StringBuilder();

		public List<String> getHosts() {
			return this.hosts;
		}

		public Set<String> getZones() {
			return this.zones;
		}

		public Map<String, Integer> getTags() {
			return this.tags;
		}

		public List<Row> getRows() {
			return this.rows;
		}

		public void setKey(String key) {
			this.key = key;
		}

		public String getTitle() {
			return this.title;
		}

		public void setTitle(String title) {
			this.title = title;
		}

		public void setHidden(String hidden) {
			this.buffer.append(hidden);
		}

		String shownKey() {
			return this.key;
		}

	}

	/** What no converter of Spring's makes of a text. */
	public static final class Colour {

		private final String name;

		private Colour(String name) {
			this.name = name;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Colour colour && colour.name.equals(this.name);
		}

		@Override
		public int hashCode() {
			return this.name.hashCode();
		}

	}

	@ConfigurationProperties("paint")
	public static class Paint {

		private Colour colour;

		public Colour getColour() {
			return this.colour;
		}

		public void setColour(Colour colour) {
			this.colour = colour;
		}

	}

	@ConfigurationProperties
	public static class Unprefixed {

		private String greeting = "";

		public String getGreeting() {
			return this.greeting;
		}

		public void setGreeting(String greeting) {
			this.greeting = greeting;
		}

	}

	/** Valid only as the application makes it. */
	@Validated
	public static class Preset {

		@NotNull
		private String owner;

		private int size;

		public String getOwner() {
			return this.owner;
		}

		public void setOwner(String owner) {
			this.owner = owner;
		}

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

	}

	/** There may be one of them. */
	public static class Single {

		private static final AtomicBoolean made = new AtomicBoolean();

		private int size;

		public Single() {
			if (!made.compareAndSet(false, true)) {
				throw new IllegalStateException("There is one already");
			}
		}

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

	}

	/** Whose getters show something else than its setters take. */
	@ConfigurationProperties("odd")
	public static class Odd {

		private final Group group = new Group();

		private String name;

		private String limit;

		private String path;

		@DurationUnit(ChronoUnit.MINUTES)
		private Duration wait = Duration.ZERO;

		private String owner;

		private Duration pause;

		private DataSize room;

		public Optional<String> getName() {
			return Optional.ofNullable(this.name);
		}

		public void setName(String name) {
			this.name = name;
		}

		public Object getLimit() {
			return this.limit + "!";
		}

		public void setLimit(String limit) {
			this.limit = limit;
		}

		public String getPath() {
			return this.path;
		}

		public void setPath(String path) {
			this.path = "/" + path;
		}

		public Duration getWait() {
			return this.wait;
		}

		public void setWait(Duration wait) {
			this.wait = wait;
		}

		public Duration getPause() {
			return this.pause;
		}

		public void setPause(Duration pause) {
			this.pause = (pause != null) ? pause.plusSeconds(1) : null;
		}

		public DataSize getRoom() {
			return this.room;
		}

		public void setRoom(DataSize room) {
			this.room = (room != null) ? DataSize.ofBytes(2 * room.toBytes()) : null;
		}

		public String getOwner() {
			return this.owner;
		}

		public void setOwner(String owner) {
			this.owner = owner.strip();
		}

		public Group getGroup() {
			return this.group;
		}

	}

	public static class Group {

		private final Inner inner = new Inner();

		private final List<Row> rows = new ArrayList<>();

		public Inner getInner() {
			return this.inner;
		}

		public List<Row> getRows() {
			return this.rows;
		}

	}

	public static class Inner {

		private final Limits limits = new Limits();

		public Limits getLimits() {
			return this.limits;
		}

	}

	public static class Limits {

		private int max;

		public int getMax() {
			return this.max;
		}

		public void setMax(int max) {
			this.max = max;
		}

	}

	@ConfigurationProperties("hidden")
	static class Hidden {

		private int size;

		int getSize() {
			return this.size;
		}

		void setSize(int size) {
			this.size = size;
		}

	}

	public static class Given {

		private int size;

		public Given(String owner) {
			assertThat(owner).isEqualTo("code");
		}

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

	}

	/** All has changed, and nothing is bound. */
	private static final class Everything implements PropertyUpdate.Change {

		@Override
		public boolean touches(String path) {
			return true;
		}

		@Override
		public Object before(String path, Bindable<?> type) {
			return null;
		}

		@Override
		public Object after(String path, Bindable<?> type) {
			return null;
		}

	}

	public static class Row {

		private String name = "";

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties({ Shop.class, Paint.class, Unprefixed.class, Odd.class, Hidden.class })
	static class Application {

		@Bean
		@ConfigurationProperties("given")
		Given given() {
			return new Given("code");
		}

		@Bean
		@ConfigurationPropertiesBinding
		static Converter<String, Colour> colours() {
			return new Converter<>() {

				@Override
				public Colour convert(String name) {
					return new Colour(name.toUpperCase(Locale.ROOT));
				}

			};
		}

		@Bean
		@ConfigurationProperties("single")
		Single single() {
			Single.made.set(false);
			return new Single();
		}

		@Bean
		@ConfigurationProperties("preset")
		Preset preset() {
			Preset preset = new Preset();
			preset.owner = "code";
			return preset;
		}

		@Bean
		Late late() {
			return new Late();
		}

	}

}
