package io.governance.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the lists of classes that are loaded beside a start, of the starter and of each
 * backend, in the order in which an empty web application loads them until it is ready:
 * all that are loaded for the environment, and of those for the beans the ones that the
 * same application without it does not load. Run from the root of the repository, once
 * the applications are built ({@code -Pstartup}).
 */
public final class StartupClassLists {

	private static final String LISTS = "src/main/resources/META-INF/governance/startup-classes";

	private static final String LISTS_ARE_READ = "io.governance.boot.configdata.StartupClasses";

	private static final String ENVIRONMENT_IS_COMPLETE = "io.governance.boot.configdata.GovernanceBootstrap";

	/** What depends on chance, such as on who comes first, is on no list. */
	private static final int RUNS = 3;

	/** Of generated classes the JVM tells no jar. */
	private static final Pattern LOADED = Pattern.compile(".*?([\\w.$]+) source: jar:nested:.*");

	private StartupClassLists() {
	}

	/**
	 * Writes the lists.
	 * @param arguments none
	 * @throws Exception if an application does not start
	 */
	public static void main(String[] arguments) throws Exception {
		Path data = Files.createTempDirectory("startup");
		Set<String> empty = loaded(StartupApplication.of("empty", data)).keySet();
		Map<String, Phase> local = without(empty, loadedEachTime("local", data));
		Map<String, Phase> consul = without(empty, loadedEachTime("consul", data));
		Map<String, Phase> shared = new LinkedHashMap<>(consul);
		shared.keySet().retainAll(local.keySet());
		write("spring-boot-starter", "starter", shared);
		write("consul", "consul", minus(shared.keySet(), consul));
		for (String backend : List.of("etcd", "nacos")) {
			write(backend, backend, minus(shared.keySet(), without(empty, loadedEachTime(backend, data))));
		}
		System.exit(0);
	}

	private static Map<String, Phase> without(Set<String> others, Map<String, Phase> classes) {
		Map<String, Phase> rest = new LinkedHashMap<>(classes);
		rest.entrySet().removeIf((entry) -> entry.getValue() != Phase.ENVIRONMENT && others.contains(entry.getKey()));
		return rest;
	}

	private static Map<String, Phase> minus(Set<String> others, Map<String, Phase> classes) {
		classes.keySet().removeAll(others);
		return classes;
	}

	private static Map<String, Phase> loadedEachTime(String kind, Path data) throws IOException, InterruptedException {
		StartupApplication application = StartupApplication.of(kind, data);
		Map<String, Phase> classes = loaded(application);
		for (int i = 1; i < RUNS; i++) {
			classes.keySet().retainAll(loaded(application).keySet());
		}
		if (!Set.copyOf(classes.values()).equals(Set.of(Phase.values()))) {
			throw new IllegalStateException(kind + ": " + LISTS_ARE_READ + " or " + ENVIRONMENT_IS_COMPLETE
					+ " was not loaded when it was expected");
		}
		return classes;
	}

	private static Map<String, Phase> loaded(StartupApplication application) throws IOException, InterruptedException {
		Map<String, Phase> classes = new LinkedHashMap<>();
		Phase phase = Phase.BEGINNING;
		for (String line : application.linesUntilReady(
				List.of("-Dspring.backgroundpreinitializer.ignore=true", "-Xlog:class+load:stdout:none"))) {
			Matcher matcher = LOADED.matcher(line);
			if (matcher.matches()) {
				String name = matcher.group(1);
				classes.put(name, phase);
				if (name.equals(LISTS_ARE_READ)) {
					phase = Phase.ENVIRONMENT;
				}
				else if (name.equals(ENVIRONMENT_IS_COMPLETE)) {
					phase = Phase.BEANS;
				}
			}
		}
		return classes;
	}

	private static void write(String module, String name, Map<String, Phase> classes) throws IOException {
		String list = Stream.of(Phase.ENVIRONMENT, Phase.BEANS)
			.map((phase) -> classes.entrySet()
				.stream()
				.filter((entry) -> entry.getValue() == phase)
				.map((entry) -> entry.getKey() + "\n")
				.collect(Collectors.joining()))
			.collect(Collectors.joining("\n"));
		Path file = Path.of("governance-" + module, LISTS, name);
		Files.createDirectories(file.getParent());
		Files.writeString(file, list);
		System.out.printf("%s: %d classes%n", file, list.lines().count() - 1);
	}

	private enum Phase {

		BEGINNING, ENVIRONMENT, BEANS

	}

}
