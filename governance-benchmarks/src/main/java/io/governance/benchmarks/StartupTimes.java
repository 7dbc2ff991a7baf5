package io.governance.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Compares how long the same empty web application takes to be ready, without Governance
 * and with the starter and each backend, beside what teams use instead: all in each
 * round, so that they see the same weather, in an order drawn by lot, with real servers.
 * Prints what is on their class paths, too. Run from the root of the repository, once the
 * applications are built ({@code -Pstartup}).
 */
public final class StartupTimes {

	private StartupTimes() {
	}

	/**
	 * Runs the comparison.
	 * @param arguments how many runs of each, 10 if not given; then the kinds, all if not
	 * given
	 * @throws Exception if an application does not start
	 */
	public static void main(String[] arguments) throws Exception {
		int runs = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 10;
		List<String> chosen = (arguments.length > 1) ? Arrays.asList(arguments).subList(1, arguments.length) : List
			.of("empty", "local", "consul", "spring-cloud-consul", "etcd", "etcd-client", "nacos", "nacos-client");
		Path data = Files.createTempDirectory("startup");
		Map<String, List<Long>> times = new LinkedHashMap<>();
		chosen.forEach((kind) -> times.put(kind, new ArrayList<>()));
		List<StartupApplication> order = new ArrayList<>();
		chosen.forEach((kind) -> order.add(StartupApplication.of(kind, data)));
		for (int i = -1; i < runs; i++) {
			// What runs after what makes a difference on a machine whose clock varies.
			Collections.shuffle(order);
			for (StartupApplication application : order) {
				long time = application.start();
				if (i >= 0) {
					times.computeIfAbsent(application.kind(), (kind) -> new ArrayList<>()).add(time);
				}
			}
		}
		System.out
			.println("| application | median | of the empty one's | least: of the empty one's | most | jars added |");
		System.out.println("| --- | --- | --- | --- | --- | --- |");
		List<Long> empty = times.getOrDefault("empty", times.values().iterator().next());
		Map<String, Long> without = StartupApplication.libraries("empty");
		for (Map.Entry<String, List<Long>> kind : times.entrySet()) {
			Map<String, Long> added = StartupApplication.libraries(kind.getKey());
			added.keySet().removeAll(without.keySet());
			long median = median(kind.getValue());
			long least = Collections.min(kind.getValue());
			System.out.printf("| %s | %,d ms | %.2f | %,d ms: %.2f | %,d ms | %d, %,d KB |%n", kind.getKey(), median,
					(double) median / median(empty), least, (double) least / Collections.min(empty),
					Collections.max(kind.getValue()), added.size(),
					added.values().stream().mapToLong(Long::longValue).sum() / 1024);
		}
		Set<String> local = new TreeSet<>();
		StartupApplication.libraries("local").forEach((name, size) -> {
			if (!without.containsKey(name)) {
				local.add(name + " " + size / 1024 + " KB");
			}
		});
		System.out.println("The starter adds " + local.stream().collect(Collectors.joining(", ")));
		System.exit(0);
	}

	private static long median(List<Long> times) {
		List<Long> sorted = new ArrayList<>(times);
		Collections.sort(sorted);
		return sorted.get(sorted.size() / 2);
	}

}
