package io.governance.consul;

import io.governance.BackendUnavailableException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What an agent answered.
 *
 * @param backend the backend's name
 * @param agent the agent's address
 * @param path what was asked, in a form that many requests share
 * @param status the HTTP status
 * @param body the text
 * @param index the index to wait for changes after; 0 if there was none
 * @param fresh whether a server answered that has a leader and has heard of it lately
 * @param whole whether nothing was left out that the token may not read
 */
record ConsulAnswer(String backend, String agent, String path, int status, String body, long index, boolean fresh,
		boolean whole) {

	private static final String DENIED = "the token may not do this: check governance.consul.token and its policy";

	boolean isOk() {
		return this.status == 200;
	}

	/**
	 * Whether a server has said that there is nothing, not merely something on the way.
	 */
	boolean isAbsent() {
		return this.status == 404 && this.index > 0;
	}

	/** The body as a list of objects. */
	JsonNode array() {
		JsonNode json = json();
		if (!json.isArray()) {
			throw nonsense("not a list");
		}
		return json;
	}

	/** The body as an object. */
	JsonNode object() {
		JsonNode json = json();
		if (!json.isObject()) {
			throw nonsense("not an object");
		}
		return json;
	}

	private JsonNode json() {
		try {
			return ConsulJson.read(this.body);
		}
		catch (JacksonException ex) {
			throw nonsense("not JSON");
		}
	}

	/**
	 * The answer is not one of Consul.
	 * @param what what it is
	 * @return the failure
	 */
	BackendUnavailableException nonsense(String what) {
		return new BackendUnavailableException(this.backend,
				"Consul at " + this.agent + " answered " + this.path + " with " + this.status + ", which is " + what
						+ ": check that governance.consul.addresses names agents and nothing in between alters answers",
				null);
	}

	/** This answer if it is a success. */
	ConsulAnswer orFail() {
		if (!isOk()) {
			throw failure();
		}
		return this;
	}

	/**
	 * The failure that this answer is.
	 * @return the failure, without what the server said: it may quote what it was sent
	 */
	BackendUnavailableException failure() {
		String advice = switch (this.status) {
			case 401, 403 -> DENIED;
			case 429 -> "it is asked too often: its limits may be too low";
			case 404 -> "it does not know that: check that the address is one of a Consul agent";
			case 400 ->
				"it does not take that: check whether it wants https, governance.consul.datacenter and its version";
			case 502, 504 -> "something before it answers in its place: check that the agent runs, and that a proxy"
					+ " waits for longer than governance.consul.max-wait";
			default -> (this.status >= 500) ? "it has a problem, such as no leader: see its own log"
					: "check that the address is one of a Consul agent";
		};
		return failure(advice);
	}

	/** The failure that this answer is if it says that the token may not do this. */
	BackendUnavailableException denied() {
		return failure(DENIED);
	}

	private BackendUnavailableException failure(String advice) {
		return new BackendUnavailableException(this.backend,
				"Consul at " + this.agent + " answered " + this.path + " with " + this.status + ": " + advice, null);
	}

}
