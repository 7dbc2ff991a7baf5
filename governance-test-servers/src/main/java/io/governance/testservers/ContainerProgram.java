package io.governance.testservers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * An image run by Docker on the network of the host, so that addresses, ports and files
 * are the same as with a binary.
 */
record ContainerProgram(Path docker, String image, String entryPoint) implements Program {

	@Override
	public ServerProcess launch(List<String> arguments, Path home, Path log) {
		String name = "governance-test-" + UUID.randomUUID();
		List<String> command = new ArrayList<>(List.of(this.docker.toString(), "run", "--rm", "--name", name,
				"--network", "host", "--user", user("-u") + ":" + user("-g"), "--volume", home + ":" + home,
				"--workdir", home.toString(), "--entrypoint", this.entryPoint, this.image));
		command.addAll(arguments);
		try {
			Process client = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectInput(new File("/dev/null"))
				.redirectOutput(Redirect.appendTo(log.toFile()))
				.start();
			return new ContainerProcess(this.docker, name, new LocalProcess(client));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String endCommand() {
		return this.docker + " rm --force";
	}

	private static String user(String option) {
		return Commands.run(Path.of("/"), Duration.ofSeconds(10), List.of("id", option)).output();
	}

}
