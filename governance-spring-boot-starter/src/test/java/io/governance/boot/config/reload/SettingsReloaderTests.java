package io.governance.boot.config.reload;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.governance.Subscription;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import io.governance.config.StartPolicy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SettingsReloaderTests {

	private static final DocumentId ID = new DocumentId("default", "default", "orders.yaml");

	private final Target target = new Target();

	private final Source source = new Source();

	private ConfigManager manager;

	@BeforeEach
	void follow() {
		this.source.text = "{a: 1, b: 1}";
		this.manager = ConfigManager.of(this.source, List.of(ID)).build();
		this.manager.load(new StartPolicy(false, false));
		SettingsReloader<String> reloader = new SettingsReloader<>(this.target, this.manager);
		this.manager.validate(reloader);
		this.manager.observe(reloader);
		this.manager.watch();
	}

	@Test
	void whatAppearsDuringAChangeTakesBackNoEarlierChange() {
		publish("{a: 2, b: 1}");
		assertThat(this.target.value).isEqualTo("2/1");
		this.manager.observe(new ConfigObserver() {

			@Override
			public String name() {
				return "test";
			}

			@Override
			public Set<String> prefixes() {
				return Set.of();
			}

			@Override
			public int order() {
				return Integer.MIN_VALUE;
			}

			@Override
			public void onChange(ConfigChange change) {
				SettingsReloaderTests.this.target.prefixes.add("b");
			}

		});
		publish("{a: 2, b: 2}");
		assertThat(this.manager.current().get("b").value()).hasToString("2");
		assertThat(this.target.value).isEqualTo("2/2");
	}

	@Test
	void whatAppearedDuringAChangeGoesBackWithIt() {
		this.manager.observe(new ConfigObserver() {

			@Override
			public String name() {
				return "test";
			}

			@Override
			public Set<String> prefixes() {
				return Set.of();
			}

			@Override
			public int order() {
				return Integer.MIN_VALUE;
			}

			@Override
			public void onChange(ConfigChange change) {
				SettingsReloaderTests.this.target.prefixes.add("b");
			}

		});
		this.manager.observe(new ConfigObserver() {

			@Override
			public String name() {
				return "test";
			}

			@Override
			public Set<String> prefixes() {
				return Set.of();
			}

			@Override
			public int order() {
				return Integer.MAX_VALUE;
			}

			@Override
			public void onChange(ConfigChange change) {
				if (change.after().get("fail") != null) {
					throw new IllegalStateException("as asked");
				}
			}

		});
		publish("{a: 1, b: 2, fail: 1}");
		assertThat(this.manager.current().get("b").value()).hasToString("1");
		assertThat(this.target.value).isEqualTo("1/1");
	}

	private void publish(String text) {
		this.source.text = text;
		this.source.listener.onDocuments(this.source.get(Set.of(ID)));
	}

	/** Follows the keys that it knows of. */
	private static final class Target implements LiveTarget<String> {

		private final Set<String> prefixes = new TreeSet<>(Set.of("a"));

		private String value = "1/1";

		@Override
		public String name() {
			return "target";
		}

		@Override
		public Set<String> prefixes() {
			return Set.copyOf(this.prefixes);
		}

		@Override
		public String read(ConfigSnapshot snapshot) {
			return snapshot.get("a").value() + "/" + snapshot.get("b").value();
		}

		@Override
		public void check(ConfigChange change, String before, String after) {
		}

		@Override
		public void apply(ConfigChange change, String before, String after, Undo undo) {
			this.value = after;
			undo.add(() -> this.value = before);
		}

	}

	private static final class Source implements ConfigSource {

		private String text = "";

		private ConfigListener listener;

		@Override
		public ConfigDocuments get(Set<DocumentId> ids) {
			return ConfigDocuments
				.of(List.of(ConfigDocument.of(ID, this.text, new Revision(Integer.toString(this.text.hashCode())))));
		}

		@Override
		public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
			this.listener = listener;
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
