package io.governance.nacos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.governance.BackendUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A token that is made, made again, and not to be had.
 */
@Timeout(30)
class NacosLoginTests {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final CountDownLatch end = new CountDownLatch(1);

	private final AtomicInteger logins = new AtomicInteger();

	private final AtomicLong time = new AtomicLong(TimeUnit.DAYS.toNanos(1));

	private volatile int status = 200;

	private volatile boolean stalls;

	private volatile int tokenTtl = 100;

	private HttpServer server;

	private NacosHttp http;

	private NacosLogin login;

	private final NacosLogin.Refusals refusals = new NacosLogin.Refusals();

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.threads);
		this.server.createContext("/nacos/v3/auth/user/login", this::answer);
		this.server.start();
		this.http = http(Duration.ofSeconds(10));
		this.login = new NacosLogin(this.http, "alice", "s3cret", this.time::get);
	}

	private NacosHttp http(Duration timeout) {
		NacosSettings settings = new NacosSettings(List.of("127.0.0.1:" + this.server.getAddress().getPort()), "alice",
				"s3cret", null, null, null, null, null, timeout, null, null);
		return new NacosHttp("nacos", settings.addresses(), settings, null);
	}

	@AfterEach
	void stop() {
		this.end.countDown();
		this.http.close();
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	private void answer(HttpExchange exchange) throws IOException {
		int count = this.logins.incrementAndGet();
		if (this.stalls) {
			try {
				this.end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		byte[] body = ("{\"accessToken\":\"t" + count + "\",\"tokenTtl\":" + this.tokenTtl + "}")
			.getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders(this.status, body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	private void pass(Duration duration) {
		this.time.addAndGet(duration.toNanos());
	}

	@Test
	void tokenIsMadeAgainBeforeItEnds() {
		assertThat(this.login.token()).isEqualTo("t1");
		pass(Duration.ofSeconds(79));
		assertThat(this.login.token()).isEqualTo("t1");
		pass(Duration.ofSeconds(2));
		assertThat(this.login.token()).isEqualTo("t2");
	}

	@Test
	void validTokenIsUsedWhileThereIsNoOtherToBeHad() {
		this.login.token();
		this.status = 503;
		pass(Duration.ofSeconds(81));
		assertThat(this.login.token()).isEqualTo("t1");
		assertThat(this.login.token()).isEqualTo("t1");
		assertThat(this.logins).as("it is not asked for by every call").hasValue(2);
		pass(Duration.ofSeconds(3));
		assertThat(this.login.token()).isEqualTo("t1");
		assertThat(this.logins).hasValue(3);
		pass(Duration.ofSeconds(17));
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(this.login::token);
		this.status = 200;
		pass(Duration.ofSeconds(1));
		assertThat(this.login.token()).isEqualTo("t5");
	}

	@Test
	@DisplayName("Who was refused with an older token than there is asks again with that one, however new it is")
	void olderTokenThatIsRefusedIsNoFailure() {
		String refused = this.login.token();
		pass(Duration.ofSeconds(10));
		assertThat(this.login.renew(refused, this.refusals)).isTrue();
		assertThat(this.login.renew(refused, this.refusals)).isTrue();
		assertThat(this.logins).as("the second one makes none").hasValue(2);
		assertThat(this.login.renew(this.login.token(), this.refusals)).as("just made, and refused").isFalse();
	}

	@Test
	@DisplayName("A user whose every new token is refused lacks a right: he logs in ever more rarely")
	void userWithoutRightsLogsInEverMoreRarely() {
		String token = this.login.token();
		for (int i = 0; i < 120; i++) {
			pass(Duration.ofMillis(500));
			this.login.renew(token, this.refusals);
			token = this.login.token();
		}
		assertThat(this.logins).as("within a minute").hasValueLessThan(8);
		pass(Duration.ofMinutes(1));
		this.login.renew(token, this.refusals);
		token = this.login.token();
		pass(Duration.ofSeconds(3));
		assertThat(this.login.renew(token, this.refusals)).isFalse();
		assertThat(this.login.renew(token, new NacosLogin.Refusals())).as("whom it did for until now").isTrue();
		token = this.login.token();
		pass(Duration.ofMinutes(1));
		assertThat(this.login.renew(token, this.refusals)).as("it may have been the token after all").isTrue();
	}

	@Test
	@DisplayName("A token that has done for a while is made anew at once when it is refused, whatever was before")
	void tokenThatHasDoneForAWhileIsMadeAnew() {
		this.tokenTtl = 18_000;
		String token = this.login.token();
		for (int i = 0; i < 10; i++) {
			pass(Duration.ofMinutes(1));
			assertThat(this.login.renew(token, this.refusals)).isTrue();
			token = this.login.token();
		}
		pass(Duration.ofMinutes(10));
		assertThat(this.login.renew(token, this.refusals)).isTrue();
		pass(Duration.ofSeconds(3));
		assertThat(this.login.renew(this.login.token(), this.refusals)).isTrue();
	}

	@Test
	@DisplayName("Ten callers of a server that hangs wait for one login, not each for one after the other")
	void callersShareAFailure() throws Exception {
		this.stalls = true;
		try (NacosHttp hasty = http(Duration.ofSeconds(2))) {
			NacosLogin shared = new NacosLogin(hasty, "alice", "s3cret", this.time::get);
			List<Future<String>> callers = new ArrayList<>();
			for (int i = 0; i < 10; i++) {
				callers.add(this.threads.submit(shared::token));
			}
			for (Future<String> caller : callers) {
				assertThat(caller).failsWithin(Duration.ofSeconds(20));
			}
		}
		assertThat(this.logins).hasValue(1);
	}

	@Test
	@DisplayName("A login that hangs while the token is still good costs the call none of its time")
	void loginThatHangsIsNoFailureWhileTheTokenIsGood() {
		try (NacosFake fake = new NacosFake(); NacosHttp hasty = http(Duration.ofSeconds(2))) {
			NacosSettings settings = new NacosSettings(List.of(fake.address()), "alice", "s3cret", null, null, null,
					null, null, Duration.ofSeconds(2), null, null);
			NacosLogin own = new NacosLogin(hasty, "alice", "s3cret", this.time::get);
			try (NacosLink link = new NacosLink("nacos", "config", settings, null, own)) {
				ConfigReads reads = new ConfigReads(link);
				assertThat(reads.read(NacosFake.DOCUMENT).document()).isNotNull();
				this.stalls = true;
				pass(Duration.ofSeconds(81));
				assertThat(reads.read(NacosFake.DOCUMENT).document()).isNotNull();
			}
		}
		assertThat(this.logins).hasValue(2);
	}

}
