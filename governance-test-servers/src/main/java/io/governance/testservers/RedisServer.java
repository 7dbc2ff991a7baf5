package io.governance.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A single Redis server that keeps nothing on disk.
 */
public final class RedisServer extends DelegatingServer {

	static final Memo<Program> PROGRAM = new Memo<>(() -> {
		Settings settings = Settings.ofThisProcess();
		DebianPackage debian = new DebianPackage("redis-server", "usr/bin/redis-server", null, settings.cache(),
				"redis-tools", "libjemalloc2", "liblzf1");
		return new ProgramFinder("redis-server", "redis:7.0", settings, System.getenv("PATH"),
				() -> withLibraries(debian.binary()), false)
			.find();
	});

	private RedisServer(TestServer delegate) {
		super(delegate);
	}

	/**
	 * Starts a server of one's own.
	 * @param flags arguments of Redis's own, such as {@code --requirepass},
	 * {@code secret}
	 * @return a running server
	 */
	public static RedisServer own(String... flags) {
		return new RedisServer(Starting.start(new ManagedServer(new RedisKind(List.of(flags)), PROGRAM.get())));
	}

	/**
	 * The port that it listens on, of {@code 127.0.0.1}.
	 * @return the port
	 */
	public int port() {
		return URI.create(address()).getPort();
	}

	/** A program that finds the libraries which were unpacked beside the binary. */
	private static Path withLibraries(Path binary) {
		Path script = binary.resolveSibling("redis-server-with-libraries");
		try {
			if (!Files.isExecutable(script)) {
				Path aside = Files.createTempFile(binary.getParent(), "redis", ".sh");
				Files.writeString(aside, """
						#!/bin/sh
						root=${0%/usr/bin/*}
						LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu) exec "$root/usr/bin/redis-server" "$@"
						""");
				if (!aside.toFile().setExecutable(true)) {
					throw new IllegalStateException("Cannot make %s executable".formatted(aside));
				}
				Files.move(aside, script, StandardCopyOption.ATOMIC_MOVE);
			}
			return script;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
