package io.governance.testkit.boot;

import java.util.concurrent.locks.LockSupport;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** A web application that says who it is; a process of its own. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ServingApplication {

	static final String READY = "serving";

	/** Long enough that some calls are under way whenever something happens. */
	private static final long WRITE_NANOS = 20_000_000;

	/**
	 * Runs the application until it is stopped, or whoever started it ends.
	 * @param arguments its properties
	 */
	public static void main(String[] arguments) {
		ProcessHandle.current()
			.parent()
			.ifPresent((parent) -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
		SpringApplication.run(ServingApplication.class, arguments);
		System.out.println(READY);
	}

	/** Its answers; found as a member of the configuration. */
	@RestController
	static class Answers {

		private final String id;

		Answers(Environment environment) {
			this.id = environment.getRequiredProperty("governance.registry.instance.id");
		}

		@GetMapping("/")
		String read() {
			return this.id;
		}

		@PostMapping("/")
		String write(@RequestBody String body) {
			LockSupport.parkNanos(WRITE_NANOS);
			return this.id;
		}

	}

}
