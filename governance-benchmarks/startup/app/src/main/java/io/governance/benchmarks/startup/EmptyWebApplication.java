package io.governance.benchmarks.startup;

import java.lang.management.ManagementFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;

/**
 * A web application without anything in it, which prints how long it took to be ready and
 * ends.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class EmptyWebApplication {

	/**
	 * Starts and ends the application.
	 * @param arguments properties
	 */
	public static void main(String[] arguments) {
		SpringApplication.run(EmptyWebApplication.class, arguments).close();
	}

	@EventListener
	void ready(ApplicationReadyEvent event) {
		long started = ManagementFactory.getRuntimeMXBean().getStartTime();
		System.out.println("ready after " + (System.currentTimeMillis() - started) + " ms");
	}

}
