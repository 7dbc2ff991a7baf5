package io.governance.nacos;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

import io.governance.BackendUnavailableException;

/**
 * The access token of one user, made at first use and again before it ends. Thread-safe.
 */
final class NacosLogin {

	private static final Duration PAUSE = Duration.ofSeconds(2);

	private final NacosHttp http;

	private final String username;

	private final String password;

	private final LongSupplier nanoTime;

	private String token = "";

	private long madeAt;

	private long validNanos;

	NacosLogin(NacosHttp http, String username, String password, LongSupplier nanoTime) {
		this.http = http;
		this.username = username;
		this.password = password;
		this.nanoTime = nanoTime;
	}

	/**
	 * The token.
	 * @return the token, or an empty string if there is no user
	 * @throws BackendUnavailableException if there is no token to be had
	 */
	synchronized String token() {
		if (this.username.isEmpty()) {
			return "";
		}
		if (this.token.isEmpty() || this.nanoTime.getAsLong() - this.madeAt > this.validNanos) {
			make();
		}
		return this.token;
	}

	/**
	 * Makes another token because the server does not take this one, unless it has just
	 * been made.
	 * @return whether there is another one
	 */
	synchronized boolean renew() {
		if (this.username.isEmpty() || this.nanoTime.getAsLong() - this.madeAt < PAUSE.toNanos()) {
			return false;
		}
		make();
		return true;
	}

	private void make() {
		Map<String, String> form = Map.of("username", this.username, "password", this.password);
		NacosHttp.Answer answer = this.http.send("log in", "POST", "/v3/auth/user/login", "", form);
		if (answer.status() == NacosHttp.NOT_FOUND) {
			answer = this.http.send("log in", "POST", "/v1/auth/login", "", form);
		}
		String made = answer.json().path("accessToken").asString("");
		if (answer.status() == NacosHttp.NOT_FOUND || answer.status() >= 502) {
			throw this.http.unavailable("log in", "HTTP " + answer.status());
		}
		if (made.isEmpty()) {
			throw this.http.unavailable("log in",
					"HTTP " + answer.status() + ": check governance.nacos.username and governance.nacos.password"
							+ " (or those of governance.nacos.admin)");
		}
		this.token = made;
		this.madeAt = this.nanoTime.getAsLong();
		long seconds = Math.max(10, answer.json().path("tokenTtl").asLong(300));
		this.validNanos = Duration.ofSeconds(seconds).toNanos() / 10 * 8;
	}

}
