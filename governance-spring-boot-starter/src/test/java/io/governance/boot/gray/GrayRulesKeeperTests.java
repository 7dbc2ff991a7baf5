package io.governance.boot.gray;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GrayRulesKeeperTests {

	private static final DocumentId ID = new DocumentId("default", "default", "gray.yaml");

	private final Unreadable source = new Unreadable();

	private final GrayRulesKeeper keeper = new GrayRulesKeeper(this.source, ID, new GrayRulesParser(), null, List.of());

	/** A watch tells only changes of the connection, which it has had all the time. */
	@Test
	void isConnectedWithTheFirstRulesThatItIsToldAfterAStartWithoutAny() {
		this.keeper.start();
		assertThat(this.keeper.status().connected()).isFalse();
		this.source.tell("rules:\n  - {name: v2, service: orders, lane: gray, match: {users: [ann]}}\n");
		assertThat(this.keeper.rules().size()).isOne();
		assertThat(this.keeper.status().connected()).isTrue();
		this.keeper.stop();
	}

	@Test
	void listenerThatLacksAClassKeepsNobodyFromBeingTold() {
		List<Integer> told = new ArrayList<>();
		GrayRulesKeeper keeper = new GrayRulesKeeper(this.source, ID, new GrayRulesParser(), null,
				List.of(new Lacking(), new GrayRulesListener() {

					@Override
					public void onRules(GrayRules rules) {
						told.add(rules.size());
					}

				}));
		keeper.start();
		this.source.tell("rules:\n  - {name: v2, service: orders, lane: gray, match: {users: [ann]}}\n");
		assertThat(told).containsExactly(1);
		keeper.stop();
	}

	/** Its class path is not what it was compiled with. */
	private static final class Lacking implements GrayRulesListener {

		@Override
		public void onRules(GrayRules rules) {
			throw new NoClassDefFoundError("com/acme/Rules");
		}

	}

	/** Cannot be read, only watched. */
	private static final class Unreadable implements ConfigSource {

		private @Nullable ConfigListener listener;

		@Override
		public ConfigDocuments get(Set<DocumentId> ids) {
			throw new BackendUnavailableException("any", "Away for a moment", null);
		}

		@Override
		public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
			this.listener = listener;
			return () -> this.listener = null;
		}

		void tell(String rules) {
			this.listener.onDocuments(ConfigDocuments.of(List.of(ConfigDocument.of(ID, rules, new Revision("1")))));
		}

		@Override
		public void close() {
		}

	}

}
