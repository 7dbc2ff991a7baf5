package io.governance.samples.platform.orders;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Calls this very instance some times before it accepts traffic, so that nobody else has
 * to wait for classes and connections. An instance is registered after that.
 */
@Component
class WarmUp implements ApplicationRunner {

	private static final int CALLS = 50;

	private static final Duration TIME = Duration.ofSeconds(5);

	/** While a service behind is not there, failures come at once. */
	private static final Duration PAUSE = Duration.ofMillis(50);

	private final Environment environment;

	WarmUp(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void run(ApplicationArguments arguments) throws InterruptedException {
		HttpClient http = HttpClient.newHttpClient();
		String self = "http://127.0.0.1:" + this.environment.getProperty("local.server.port");
		for (String path : List.of("/orders/1")) {
			long deadline = System.nanoTime() + TIME.toNanos();
			int answers = 0;
			while (answers < CALLS && System.nanoTime() - deadline < 0) {
				if (answers(http, URI.create(self + path))) {
					answers++;
				}
				else {
					Thread.sleep(PAUSE.toMillis());
				}
			}
		}
	}

	/** Whether there is an answer; the services behind may come later than this one. */
	private static boolean answers(HttpClient http, URI uri) throws InterruptedException {
		try {
			return http.send(HttpRequest.newBuilder(uri).timeout(TIME).build(), HttpResponse.BodyHandlers.discarding())
				.statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
