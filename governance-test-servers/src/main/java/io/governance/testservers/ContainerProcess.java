package io.governance.testservers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A server in a container; the client of Docker runs as long as it does.
 */
final class ContainerProcess implements ServerProcess {

	private static final Duration DEADLINE = Duration.ofSeconds(30);

	private final Path docker;

	private final String name;

	private final ServerProcess client;

	ContainerProcess(Path docker, String name, ServerProcess client) {
		this.docker = docker;
		this.name = name;
		this.client = client;
	}

	@Override
	public String id() {
		return this.name;
	}

	@Override
	public boolean isAlive() {
		return this.client.isAlive();
	}

	@Override
	public boolean endsWithin(Duration time) {
		return this.client.endsWithin(time);
	}

	@Override
	public void kill() {
		docker("kill");
	}

	@Override
	public void terminate() {
		docker("kill", "--signal", "TERM");
	}

	@Override
	public void pause() {
		docker("pause");
	}

	@Override
	public void resume() {
		docker("unpause");
	}

	private void docker(String... command) {
		List<String> all = new ArrayList<>(List.of(this.docker.toString()));
		all.addAll(List.of(command));
		all.add(this.name);
		Commands.Result result = Commands.run(Path.of("/"), DEADLINE, all);
		if (!result.succeeded() && isAlive()) {
			throw new IllegalStateException("docker %s: %s".formatted(command[0], result.output()));
		}
	}

}
