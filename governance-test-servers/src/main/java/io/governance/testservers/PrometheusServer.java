package io.governance.testservers;

import java.util.Map;

/**
 * A Prometheus server: scrapes what its configuration names, and evaluates rules.
 */
public final class PrometheusServer extends DelegatingServer {

	static final Memo<Program> PROGRAM = new Memo<>(() -> {
		Settings settings = Settings.ofThisProcess();
		DebianPackage debian = new DebianPackage("prometheus", "usr/bin/prometheus", null, settings.cache());
		return new ProgramFinder("prometheus", "prom/prometheus:v2.42.0", settings, System.getenv("PATH"),
				debian::binary, false)
			.find();
	});

	private PrometheusServer(TestServer delegate) {
		super(delegate);
	}

	/**
	 * Starts a server of one's own.
	 * @param files texts by the names of their files, all in one directory:
	 * {@code prometheus.yml}, and the rules that it names
	 * @return a running server
	 * @throws IllegalStateException if it does not start, as it does not with a file that
	 * is wrong; tells what the server printed
	 */
	public static PrometheusServer own(Map<String, String> files) {
		return new PrometheusServer(
				Starting.start(new ManagedServer(new PrometheusKind(Map.copyOf(files)), PROGRAM.get())));
	}

}
