package io.governance.consul;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Operations that Consul does all or none of. Not thread-safe.
 */
final class ConsulTransaction {

	static final int MAX_OPERATIONS = 64;

	static final int MAX_BYTES = 512 * 1024;

	private final ArrayNode operations = ConsulJson.array();

	ConsulTransaction get(String key) {
		add("get", key);
		return this;
	}

	/** Everything whose key begins so, which may be nothing. */
	ConsulTransaction getTree(String prefix) {
		add("get-tree", prefix);
		return this;
	}

	ConsulTransaction set(String key, byte[] value, long flags) {
		add("set", key).put("Value", Base64.getEncoder().encodeToString(value)).put("Flags", flags);
		return this;
	}

	ConsulTransaction delete(String key) {
		add("delete", key);
		return this;
	}

	ConsulTransaction checkIndex(String key, long index) {
		add("check-index", key).put("Index", index);
		return this;
	}

	/** Needs the right to write. */
	ConsulTransaction checkAbsent(String key) {
		add("check-not-exists", key);
		return this;
	}

	ConsulTransaction checkSession(String key, String session) {
		add("check-session", key).put("Session", session);
		return this;
	}

	ConsulTransaction lock(String key, byte[] value, String session) {
		add("lock", key).put("Value", Base64.getEncoder().encodeToString(value)).put("Session", session);
		return this;
	}

	private ObjectNode add(String verb, String key) {
		return this.operations.addObject().putObject("KV").put("Verb", verb).put("Key", key);
	}

	/** How many operations there are. */
	int size() {
		return this.operations.size();
	}

	/** How many bytes are sent. */
	int bytes() {
		return body().getBytes(StandardCharsets.UTF_8).length;
	}

	private String body() {
		return ConsulJson.write(this.operations);
	}

	/** The request of operations that only read. */
	ConsulRequest read() {
		return ConsulRequest.put("/v1/txn", body());
	}

	/** The request of operations that write. */
	ConsulRequest write() {
		return ConsulRequest.putOnce("/v1/txn", body());
	}

	/**
	 * Reads what came of it.
	 * @param answer the answer
	 * @return the result
	 * @throws io.governance.BackendUnavailableException if it was neither done nor
	 * refused by a check
	 */
	static Result result(ConsulAnswer answer) {
		if (answer.status() == 409) {
			SortedSet<Integer> failed = new TreeSet<>();
			SortedSet<Integer> absent = new TreeSet<>();
			String reason = "";
			for (JsonNode error : answer.object().path("Errors")) {
				int number = error.path("OpIndex").asInt(-1);
				failed.add(number);
				reason = error.path("What").asString("");
				if (reason.contains("Permission denied")) {
					throw answer.denied();
				}
				if (reason.contains("doesn't exist")) {
					absent.add(number);
				}
			}
			if (failed.isEmpty() || failed.first() < 0) {
				throw answer.nonsense("not a refusal of an operation");
			}
			return new Result(Map.of(), failed, absent, reason);
		}
		Map<String, KeyValue> values = new LinkedHashMap<>();
		JsonNode results = answer.orFail().object().path("Results");
		results.forEach((result) -> {
			KeyValue value = KeyValue.of(result.path("KV"));
			values.put(value.key(), value);
		});
		return new Result(values, new TreeSet<>(), new TreeSet<>(), "");
	}

	/**
	 * What came of it.
	 *
	 * @param values what the operations returned, by key
	 * @param failed the operations that failed, by number; empty if all were done
	 * @param absent those of them that failed since their key does not exist
	 * @param reason why the last of them failed, in Consul's words
	 */
	record Result(Map<String, KeyValue> values, SortedSet<Integer> failed, SortedSet<Integer> absent, String reason) {

		boolean isDone() {
			return this.failed.isEmpty();
		}

		@Nullable KeyValue find(String key) {
			return this.values.get(key);
		}

	}

}
