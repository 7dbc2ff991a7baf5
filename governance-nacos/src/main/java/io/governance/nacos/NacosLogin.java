package io.governance.nacos;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.governance.BackendUnavailableException;

/**
 * The access token of one user, made at first use and again before it ends. Thread-safe.
 */
final class NacosLogin {

	private static final Duration PAUSE = Duration.ofSeconds(2);

	private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

	/** How long a token does until it is no failure that it was made. */
	private static final Duration GOOD = Duration.ofMinutes(5);

	private static final Duration FAILURE_PAUSE = Duration.ofMillis(500);

	private final NacosHttp http;

	private final String username;

	private final String password;

	private final LongSupplier nanoTime;

	/* Held while one of the callers asks the server for all of them. */
	private final ReentrantLock making = new ReentrantLock();

	private volatile @Nullable Token current;

	private volatile @Nullable Failure failure;

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
	String token() {
		if (this.username.isEmpty()) {
			return "";
		}
		Token token = this.current;
		if (token == null || age(token.madeAt()) > token.validNanos()) {
			return firstToken();
		}
		return (age(token.madeAt()) > token.validNanos() / 10 * 8) ? nextToken(token) : token.text();
	}

	/**
	 * Nothing can be done without it: whoever comes meanwhile shares what comes of it.
	 */
	private String firstToken() {
		this.making.lock();
		try {
			Token token = this.current;
			if (token != null && age(token.madeAt()) <= token.validNanos()) {
				return token.text();
			}
			return make(FAILURE_PAUSE).text();
		}
		finally {
			this.making.unlock();
		}
	}

	/** The one there is still does. */
	private String nextToken(Token token) {
		if (!this.making.tryLock()) {
			return token.text();
		}
		try {
			Token current = this.current;
			return (current != null && current != token) ? current.text() : make(PAUSE).text();
		}
		catch (BackendUnavailableException ex) {
			return token.text();
		}
		finally {
			this.making.unlock();
		}
	}

	private long age(long since) {
		return this.nanoTime.getAsLong() - since;
	}

	/**
	 * Makes another token because the server does not take this one, unless there is
	 * another one already or it has just been made. Where that does not help it is the
	 * user who lacks a right: it is done ever more rarely, as it costs the server much.
	 * @param refused the token that the server does not take
	 * @param refusals those of whoever asks: what one may not do keeps no other from
	 * having a token made
	 * @return whether there is another one
	 */
	boolean renew(String refused, Refusals refusals) {
		if (this.username.isEmpty()) {
			return false;
		}
		this.making.lock();
		try {
			Token token = this.current;
			if (token != null && !token.text().equals(refused)) {
				return true;
			}
			if (token == null) {
				make(FAILURE_PAUSE);
				return true;
			}
			long age = age(token.madeAt());
			if (age < refusals.pause.toNanos()) {
				return false;
			}
			make(FAILURE_PAUSE);
			Duration next = (age < GOOD.toNanos()) ? refusals.pause.multipliedBy(2) : PAUSE;
			refusals.pause = (next.compareTo(LONGEST_PAUSE) < 0) ? next : LONGEST_PAUSE;
			return true;
		}
		finally {
			this.making.unlock();
		}
	}

	/**
	 * Makes a token, unless that has just failed: each of many callers would wait for the
	 * same failure.
	 */
	private Token make(Duration pause) {
		Failure last = this.failure;
		if (last != null && age(last.at()) < pause.toNanos()) {
			throw new BackendUnavailableException(last.cause().backend(), String.valueOf(last.cause().getMessage()),
					last.cause());
		}
		try {
			Token made = ask();
			this.failure = null;
			this.current = made;
			return made;
		}
		catch (BackendUnavailableException ex) {
			if (!Thread.currentThread().isInterrupted()) {
				this.failure = new Failure(ex, this.nanoTime.getAsLong());
			}
			throw ex;
		}
	}

	private Token ask() {
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
		long seconds = Math.max(10, answer.json().path("tokenTtl").asLong(300));
		return new Token(made, this.nanoTime.getAsLong(), Duration.ofSeconds(seconds).toNanos());
	}

	/** What has come of tokens for somebody who asks. */
	static final class Refusals {

		/** How old a token must be to be made anew because it is refused. */
		private Duration pause = PAUSE;

	}

	private record Token(String text, long madeAt, long validNanos) {

		@Override
		public String toString() {
			return "Token[]";
		}

	}

	private record Failure(BackendUnavailableException cause, long at) {
	}

}
