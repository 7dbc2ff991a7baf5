package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A Prometheus server with these files: its configuration, and what that refers to.
 */
record PrometheusKind(Map<String, String> files) implements ServerKind {

	static final String CONFIGURATION = "prometheus.yml";

	@Override
	public String name() {
		return "prometheus";
	}

	@Override
	public int[] portOffsets() {
		return new int[] { 0 };
	}

	@Override
	public String address(int port) {
		return "http://127.0.0.1:" + port;
	}

	@Override
	public Duration startDeadline() {
		return Duration.ofSeconds(60);
	}

	@Override
	public List<String> arguments(int port, Path home) throws IOException {
		Path directory = Files.createDirectories(home.resolve("files"));
		for (Map.Entry<String, String> file : this.files.entrySet()) {
			Files.writeString(directory.resolve(file.getKey()), file.getValue());
		}
		return List.of("--config.file=" + directory.resolve(CONFIGURATION),
				"--storage.tsdb.path=" + home.resolve("data"), "--web.listen-address=127.0.0.1:" + port);
	}

	@Override
	public boolean isReady(int port) {
		return new HttpProbe(null, Map.of()).get(address(port) + "/-/ready").status() == 200;
	}

}
