package io.governance.testservers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An executable of this machine.
 */
record BinaryProgram(Path executable) implements Program {

	// Consul, etcd and Nacos take settings from variables with these prefixes
	private static final List<String> FOREIGN = List.of("CONSUL_", "ETCD_", "NACOS_", "JAVA_TOOL_OPTIONS",
			"JDK_JAVA_OPTIONS");

	@Override
	public ServerProcess launch(List<String> arguments, Path home, Path log) {
		List<String> command = new ArrayList<>();
		command.add(this.executable.toString());
		command.addAll(arguments);
		ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile())
			.redirectErrorStream(true)
			.redirectInput(new File("/dev/null"))
			.redirectOutput(Redirect.appendTo(log.toFile()));
		builder.environment()
			.keySet()
			.removeIf((name) -> FOREIGN.stream().anyMatch(name.toUpperCase(Locale.ROOT)::startsWith));
		try {
			return new LocalProcess(builder.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String endCommand() {
		return "kill -KILL";
	}

}
