package io.governance.nacos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import tools.jackson.databind.JsonNode;

import io.governance.BackendUnavailableException;

/**
 * The admin HTTP API of Nacos 3, with credentials of its own: lists and history. Nacos 2
 * has none. Thread-safe.
 */
final class NacosAdmin {

	/** What is asked for does not exist. */
	static final int ABSENT = 20004;

	private static final String PATH = "/v3/admin";

	private static final int PAGE = 500;

	private final String backend;

	private final NacosHttp http;

	private final NacosLogin login;

	private final NacosLogin.Refusals refusals = new NacosLogin.Refusals();

	/*
	 * Whether the server is known to be of before version 3: then it refuses every path.
	 */
	private final BooleanSupplier old;

	NacosAdmin(String backend, NacosHttp http, NacosLogin login, BooleanSupplier old) {
		this.old = old;
		this.backend = backend;
		this.http = http;
		this.login = login;
	}

	/**
	 * Reads something.
	 * @param what what is read, for messages
	 * @param path the path below that of the admin API
	 * @param parameters the query
	 * @return the answer, which may say a code
	 * @throws BackendUnavailableException if there is no answer, or the user may not read
	 * it
	 * @throws UnsupportedOperationException if the server has no such API
	 */
	NacosHttp.Answer get(String what, String path, Map<String, String> parameters) {
		String token = this.login.token();
		NacosHttp.Answer answer = this.http.send(what, "GET", PATH + path, token, parameters);
		if (isForbidden(answer) && this.login.renew(token, this.refusals)) {
			answer = this.http.send(what, "GET", PATH + path, this.login.token(), parameters);
		}
		boolean unknown = answer.status() == NacosHttp.NOT_FOUND && answer.code() == NacosHttp.NOT_FOUND;
		if (unknown || (isForbidden(answer) && this.old.getAsBoolean())) {
			throw new UnsupportedOperationException("Backend '" + this.backend + "': could not " + what
					+ ": this server has no admin API (/nacos" + PATH + "), which Nacos has from version 3 on");
		}
		if (isForbidden(answer)) {
			throw this.http.unavailable(what, "the server's admin API does not let this user do that: set "
					+ "governance.nacos.admin.username and governance.nacos.admin.password");
		}
		if (answer.status() >= 502 || answer.status() == 429) {
			throw this.http.unavailable(what, answer.message());
		}
		return answer;
	}

	private static boolean isForbidden(NacosHttp.Answer answer) {
		return answer.status() == 401 || answer.status() == 403;
	}

	/**
	 * Reads all pages of a list.
	 * @param what what is read, for messages
	 * @param path the path below that of the admin API
	 * @param parameters the query without the page
	 * @param limit how many items at most
	 * @return the items
	 */
	List<JsonNode> list(String what, String path, Map<String, String> parameters, int limit) {
		List<JsonNode> items = new ArrayList<>();
		int pages = 1;
		for (int page = 1; page <= pages && items.size() < limit; page++) {
			Map<String, String> query = new TreeMap<>(parameters);
			query.put("pageNo", Integer.toString(page));
			query.put("pageSize", Integer.toString(Math.min(PAGE, limit)));
			JsonNode data = data(what, get(what, path, query));
			pages = data.path("pagesAvailable").asInt(0);
			Consumer<JsonNode> add = (item) -> {
				if (items.size() < limit) {
					items.add(item);
				}
			};
			data.path("pageItems").forEach(add);
		}
		return items;
	}

	/**
	 * What a successful answer holds.
	 * @param what what was read, for messages
	 * @param answer the answer
	 * @return its data
	 * @throws BackendUnavailableException if it was not successful
	 */
	JsonNode data(String what, NacosHttp.Answer answer) {
		if (answer.code() != 0) {
			throw this.http.unavailable(what, answer.message());
		}
		return answer.data();
	}

}
