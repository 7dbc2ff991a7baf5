package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class ProgramFinderTests {

	@TempDir
	private Path directory;

	private final Map<String, @Nullable String> environment = new HashMap<>();

	@Test
	void takesTheBinaryThatWasNamedFirst() throws IOException {
		Path named = executable("elsewhere", "#!/bin/sh\n");
		executable("bin/consul", "#!/bin/sh\n");
		this.environment.put("GOVERNANCE_TEST_CONSUL_BINARY", named.toString());
		assertThat(finder().find()).isEqualTo(new BinaryProgram(named));
	}

	@Test
	void refusesANamedBinaryThatIsNone() {
		this.environment.put("GOVERNANCE_TEST_CONSUL_BINARY", "/absent/consul");
		assertThatIllegalStateException().isThrownBy(() -> finder().find())
			.withMessage("GOVERNANCE_TEST_CONSUL_BINARY=/absent/consul is no executable file");
	}

	@Test
	void takesTheBinaryOnThePathBeforeThePackage() throws IOException {
		Path onPath = executable("bin/consul", "#!/bin/sh\n");
		assertThat(finder().find()).isEqualTo(new BinaryProgram(onPath));
	}

	@Test
	void takesThePackageBeforeAContainer() throws IOException {
		executable("bin/docker", "#!/bin/sh\nexit 0\n");
		Path unpacked = executable("cache/consul", "#!/bin/sh\n");
		assertThat(new ProgramFinder("consul", "consul:1", settings(), path(), () -> unpacked, true).find())
			.isEqualTo(new BinaryProgram(unpacked));
	}

	@Test
	void takesAContainerWhereAnEngineRuns() throws IOException {
		Path docker = executable("bin/docker", "#!/bin/sh\nexit 0\n");
		assertThat(finder().find()).isEqualTo(new ContainerProgram(docker, "consul:1", "consul"));
	}

	@Test
	void saysWhatWasTriedAndWhatToDoIfNothingCanBeHad() throws IOException {
		executable("bin/docker", "#!/bin/sh\necho 'no engine runs here'\nexit 1\n");
		assertThatIllegalStateException().isThrownBy(() -> finder().find())
			.withMessageContaining("a real consul, and none can be had")
			.withMessageContaining("no 'consul' on the PATH")
			.withMessageContaining("no Debian package: the mirror is away")
			.withMessageContaining("no container: docker version: no engine runs here")
			.withMessageContaining("GOVERNANCE_TEST_CONSUL_BINARY")
			.withMessageContaining("GOVERNANCE_TEST_CONSUL=http://host:port");
	}

	@Test
	void prefersTheSystemPropertyToTheVariable() {
		this.environment.put("GOVERNANCE_TEST_CACHE", "/from/variable");
		Settings settings = new Settings(this.environment::get, Map.of("governance.test.cache", "/from/property")::get);
		assertThat(settings.cache()).isEqualTo(Path.of("/from/property"));
		assertThat(settings().cache()).isEqualTo(Path.of("/from/variable"));
	}

	@Test
	void proposesNoRunningServerWhereTestsUseNone() {
		assertThatIllegalStateException().isThrownBy(() -> finder(false).find())
			.withMessageContaining("or name it by GOVERNANCE_TEST_CONSUL_BINARY, or start Docker")
			.withMessageNotContaining("http://host:port");
	}

	private ProgramFinder finder() {
		return finder(true);
	}

	private ProgramFinder finder(boolean shared) {
		return new ProgramFinder("consul", "consul:1", settings(), path(), () -> {
			throw new IllegalStateException("the mirror is away");
		}, shared);
	}

	private Settings settings() {
		return new Settings(this.environment::get, (name) -> null);
	}

	private String path() {
		return this.directory.resolve("bin").toString();
	}

	private Path executable(String name, String script) throws IOException {
		Path file = this.directory.resolve(name);
		Files.createDirectories(file.getParent());
		Files.writeString(file, script);
		return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
	}

}
