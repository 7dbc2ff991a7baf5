package io.governance.testservers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The classes of a Nacos server as the JVM keeps them in memory: a start from them takes
 * half of the CPU time. Made beside the launcher by the first who needs a server, for all
 * that follow.
 */
final class NacosArchive {

	/** The option of a JVM that makes an archive when it ends. */
	static final String MAKE = "-XX:ArchiveClassesAtExit=";

	private NacosArchive() {
	}

	/**
	 * Returns the options of a JVM that uses the archive. Called once in this JVM.
	 * @param version the version of the server
	 * @return none if there is no archive, which costs nothing but time
	 */
	static List<String> options(NacosVersion version) {
		Path launcher = version.launcherPath();
		if (!Files.isRegularFile(launcher)) {
			// There are archives of jars alone.
			return List.of();
		}
		Path archive = launcher.resolveSibling(version.name() + ".jsa");
		try (FileChannel channel = FileChannel.open(launcher.resolveSibling(version.name() + ".lock"),
				StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
			if (lock.isValid() && !isNewer(archive, launcher)) {
				make(version, archive);
			}
			return List.of("-XX:SharedArchiveFile=" + archive);
		}
		catch (IOException | RuntimeException ex) {
			// Whatever is wrong with the server, the next start tells.
			return List.of();
		}
	}

	private static boolean isNewer(Path archive, Path launcher) throws IOException {
		return Files.exists(archive)
				&& Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(launcher)) > 0;
	}

	private static void make(NacosVersion version, Path archive) throws IOException {
		Path made = archive.resolveSibling(archive.getFileName() + ".tmp");
		Files.deleteIfExists(made);
		NacosKind kind = new NacosKind(version, List.of(MAKE + made), null, null, List.of());
		try (ManagedServer server = new ManagedServer(kind, new BinaryProgram(NacosLibraries.java()))) {
			server.start();
			server.stop();
			Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			// What a server that did not end in time has left.
			Files.deleteIfExists(made);
		}
	}

}
