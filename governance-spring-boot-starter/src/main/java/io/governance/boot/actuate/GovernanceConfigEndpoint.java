package io.governance.boot.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.governance.ConnectionState;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigOrigin;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigStatus;
import io.governance.config.ConfigValue;
import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * Shows which documents are in force, where each key comes from, and why something is not
 * in force. Off by default, and never reached over JMX. Values are masked as the
 * {@code env} endpoint masks them; what was encrypted is masked in any case.
 */
@WebEndpoint(id = "governanceconfig", defaultAccess = Access.NONE)
public final class GovernanceConfigEndpoint {

	private final ConfigManager manager;

	private final ShownValues values;

	private final InstantSource clock;

	GovernanceConfigEndpoint(ConfigManager manager, ShownValues values, InstantSource clock) {
		this.manager = manager;
		this.values = values;
		this.clock = clock;
	}

	/**
	 * The config of this process.
	 * @param securityContext who asks
	 * @return what is shown of it
	 */
	@ReadOperation
	public Report config(SecurityContext securityContext) {
		boolean show = this.values.mayBeSeenBy(securityContext);
		ConfigSnapshot snapshot = this.manager.current();
		return new Report(state(), rejection(), documents(snapshot), lanes(), keys(snapshot, show));
	}

	private State state() {
		ConfigStatus status = this.manager.status();
		return new State(status.source(), status.since(), Duration.between(status.since(), this.clock.instant()),
				status.connection(), status.problem());
	}

	private @Nullable Rejection rejection() {
		ConfigRejection rejection = this.manager.status().rejection();
		if (rejection == null) {
			return null;
		}
		return new Rejection(rejection.documents().stream().map(DocumentId::toString).toList(),
				(rejection.origin() != null) ? rejection.origin().toString() : null, rejection.key(),
				rejection.reason(), rejection.time());
	}

	private List<Document> documents(ConfigSnapshot snapshot) {
		List<DocumentId> layers = this.manager.layers();
		List<Document> documents = new ArrayList<>();
		for (int precedence = layers.size(); precedence > 0; precedence--) {
			DocumentId id = layers.get(precedence - 1);
			DocumentId variant = snapshot.variants().get(id);
			ConfigDocument document = snapshot.documents().find((variant != null) ? variant : id).orElse(null);
			String name = (variant != null) ? variant.toString() : null;
			documents.add(
					(document != null)
							? new Document(id.toString(), precedence, true, document.revision().value(),
									document.digest(), name)
							: new Document(id.toString(), precedence, false, null, null, null));
		}
		return documents;
	}

	private Map<String, Map<String, String>> lanes() {
		Map<String, Map<String, String>> lanes = new TreeMap<>();
		this.manager.lanes().forEach((lane, snapshot) -> {
			Map<String, String> variants = new TreeMap<>();
			snapshot.variants().forEach((document, variant) -> variants.put(document.toString(), variant.toString()));
			lanes.put(lane, variants);
		});
		return lanes;
	}

	private Map<String, Key> keys(ConfigSnapshot snapshot, boolean show) {
		Map<String, Key> keys = new TreeMap<>();
		snapshot.values().forEach((name, value) -> keys.put(name, key(name, value, snapshot, show)));
		return keys;
	}

	private Key key(String name, ConfigValue value, ConfigSnapshot snapshot, boolean show) {
		boolean secret = snapshot.isSecret(name);
		Object shown = this.values.of(name, value, show && !secret);
		ConfigOrigin origin = value.origin();
		return new Key(shown, origin.document().toString(), (origin.line() > 0) ? origin.line() : null,
				(origin.line() > 0) ? origin.column() : null, secret);
	}

	/**
	 * The config of a process.
	 *
	 * @param state how it is doing
	 * @param rejection why what is stored is not in force, or {@code null} if it is
	 * @param documents the documents, the one that wins first
	 * @param lanes for the lanes whose requests find other documents: the documents that
	 * variants stand in the place of, and those
	 * @param keys the keys in force
	 */
	public record Report(State state, @Nullable Rejection rejection, List<Document> documents,
			Map<String, Map<String, String>> lanes, Map<String, Key> keys) {
	}

	/**
	 * How the config is doing.
	 *
	 * @param source where it came from
	 * @param since when it was loaded or applied; for the last good one from disk, when
	 * it was kept
	 * @param age the time since then
	 * @param connection whether the backend can be reached
	 * @param problem why the backend could not be asked at start
	 */
	public record State(ConfigStatus.Source source, Instant since, Duration age, ConnectionState connection,
			@Nullable String problem) {
	}

	/**
	 * Why what is stored is not in force.
	 *
	 * @param documents the documents that differ from those in force
	 * @param origin where the offending text stands
	 * @param key the property that is wrong
	 * @param reason what is wrong
	 * @param time when it was refused
	 */
	public record Rejection(List<String> documents, @Nullable String origin, @Nullable String key, String reason,
			Instant time) {
	}

	/**
	 * A document that is followed.
	 *
	 * @param id namespace, group and name
	 * @param precedence its place; the highest wins
	 * @param present whether it exists
	 * @param revision the revision in force
	 * @param digest the SHA-256 of its content
	 * @param variant the variant that stands in its place for this instance, whose
	 * revision and digest are told then
	 */
	public record Document(String id, int precedence, boolean present, @Nullable String revision,
			@Nullable String digest, @Nullable String variant) {
	}

	/**
	 * A key in force.
	 *
	 * @param value its value, masked unless it may be shown
	 * @param document the document that it stands in
	 * @param line the line, counted from 1
	 * @param column the column, counted from 1
	 * @param secret whether it was encrypted or refers to what was
	 */
	public record Key(@Nullable Object value, String document, @Nullable Integer line, @Nullable Integer column,
			boolean secret) {
	}

}
