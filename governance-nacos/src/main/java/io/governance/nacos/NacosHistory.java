package io.governance.nacos;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Revision;

/**
 * The history that Nacos keeps, 30 days by default. Its rows hold what was
 * <em>before</em> a change, so that what came of one stands in the next newer row, or in
 * the document itself; the same goes for the comment.
 */
final class NacosHistory {

	private static final JsonMapper MAPPER = JsonMapper.shared();

	private static final Revision NOT_KEPT = new Revision("not-kept");

	private static final int TRIES = 3;

	private static final int MAX_ROWS = 500;

	private final NacosAdmin admin;

	NacosHistory(NacosAdmin admin) {
		this.admin = admin;
	}

	List<HistoryEntry> entries(DocumentId id, int limit) {
		if (limit < 1) {
			return List.of();
		}
		List<JsonNode> rows = rows(id, limit);
		Content current = current(id);
		for (int i = 1; i < TRIES && !sameNewest(rows, rows(id, 1)); i++) {
			rows = rows(id, limit);
			current = current(id);
		}
		List<HistoryEntry> entries = new ArrayList<>();
		Content after = current;
		for (int i = 0; i < rows.size(); i++) {
			entries.add(entry(id, rows.get(i), after));
			if (i < rows.size() - 1) {
				after = before(id, key(rows.get(i)));
			}
		}
		return List.copyOf(entries);
	}

	private static boolean sameNewest(List<JsonNode> rows, List<JsonNode> now) {
		return now.isEmpty() || (!rows.isEmpty() && key(now.get(0)).equals(key(rows.get(0))));
	}

	private List<JsonNode> rows(DocumentId id, int limit) {
		return this.admin.list("read the history of " + id, "/cs/history/list", query(id), limit);
	}

	private static Map<String, String> query(DocumentId id) {
		return Map.of("namespaceId", NacosNames.namespace(id.namespace()), "groupName", NacosNames.group(id.group()),
				"dataId", id.name());
	}

	private static String key(JsonNode row) {
		return row.path("id").asString("");
	}

	private static HistoryEntry entry(DocumentId id, JsonNode row, @Nullable Content after) {
		Instant time = Instant.ofEpochMilli(row.path("modifyTime").asLong(0));
		String name = row.path("srcUser").asString("").trim();
		boolean deletion = row.path("opType").asString("").startsWith("D");
		if (deletion || after == null) {
			return new HistoryEntry(id, deletion ? Revision.ABSENT : NOT_KEPT, time,
					name.isEmpty() ? Author.UNKNOWN : Author.of(name), "", key(row));
		}
		Author author = name.isEmpty() ? Author.UNKNOWN : new Author(name, after.comment);
		return new HistoryEntry(id, Md5.revision(after.bytes), time, author, ConfigDocument.digestOf(after.bytes),
				key(row));
	}

	/** The document in the database of the server, or {@code null} if there is none. */
	private @Nullable Content current(DocumentId id) {
		String what = "read " + id;
		NacosHttp.Answer answer = this.admin.get(what, "/cs/config", query(id));
		if (answer.code() == NacosAdmin.ABSENT) {
			return null;
		}
		JsonNode data = this.admin.data(what, answer);
		return new Content(data.path("content").asString("").getBytes(StandardCharsets.UTF_8),
				data.path("desc").asString(""));
	}

	/** What a row holds, or {@code null} if it is not kept any more. */
	private @Nullable Content before(DocumentId id, String key) {
		Map<String, String> query = new TreeMap<>(query(id));
		query.put("nid", key);
		NacosHttp.Answer answer = this.admin.get("read the history of " + id, "/cs/history", query);
		if (answer.code() != 0 || !answer.data().isObject()) {
			return null;
		}
		return new Content(answer.data().path("content").asString("").getBytes(StandardCharsets.UTF_8),
				comment(answer.data().path("extInfo").asString("")));
	}

	private static String comment(String extInfo) {
		try {
			return extInfo.isEmpty() ? "" : MAPPER.readTree(extInfo).path("c_desc").asString("");
		}
		catch (JacksonException ex) {
			return "";
		}
	}

	Optional<ConfigDocument> version(HistoryEntry entry) {
		if (entry.deletion()) {
			return Optional.empty();
		}
		List<JsonNode> rows = rows(entry.id(), MAX_ROWS);
		for (int i = 0; i < rows.size(); i++) {
			if (key(rows.get(i)).equals(entry.key())) {
				Content after = (i == 0) ? current(entry.id()) : before(entry.id(), key(rows.get(i - 1)));
				return Optional.ofNullable(after)
					.map((content) -> ConfigDocument.of(entry.id(), content.bytes, entry.revision()))
					.filter((document) -> document.digest().equals(entry.digest()));
			}
		}
		return Optional.empty();
	}

	private record Content(byte[] bytes, String comment) {
	}

}
