package io.governance.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prints what JMH has written with {@code -rf json} as Markdown: a table for each class
 * of benchmarks, a line for each method, a column for each number of threads and of
 * instances. A cell holds the mean, its error (99.9 %) where there is one, and what is
 * allocated where that was measured and is not nothing.
 */
public final class ResultTables {

	private static final Comparator<Column> COLUMNS = Comparator.comparingInt(Column::threads)
		.thenComparingInt(Column::n);

	private final Map<String, Table> tables = new LinkedHashMap<>();

	private ResultTables() {
	}

	/**
	 * Prints the tables of some results.
	 * @param arguments the files, whose results are put together
	 */
	public static void main(String[] arguments) {
		if (arguments.length == 0) {
			System.err.println("Name the files that JMH has written with -rf json -rff <file>.");
			System.exit(2);
		}
		System.out.print(markdown(Stream.of(arguments).map(Path::of).toList()));
	}

	static String markdown(List<Path> files) {
		ResultTables tables = new ResultTables();
		files.forEach((file) -> tables.add(JsonMapper.shared().readTree(file.toFile())));
		return tables.markdown();
	}

	private void add(JsonNode results) {
		for (JsonNode result : results) {
			String name = result.path("benchmark").asString();
			int dot = name.lastIndexOf('.');
			Map<String, String> parameters = new TreeMap<>();
			result.path("params").forEachEntry((key, value) -> parameters.put(key, value.asString()));
			String n = parameters.remove("n");
			Column column = new Column(result.path("threads").asInt(), (n != null) ? Integer.parseInt(n) : 0);
			Row row = new Row(name.substring(dot + 1), String.join(", ", parameters.values()));
			JsonNode metric = result.path("primaryMetric");
			this.tables
				.computeIfAbsent(name.substring(name.lastIndexOf('.', dot - 1) + 1, dot),
						(simpleName) -> new Table(metric.path("scoreUnit").asString(), new LinkedHashMap<>()))
				.rows()
				.computeIfAbsent(row, (method) -> new TreeMap<>(COLUMNS))
				.put(column, cell(metric, result.path("secondaryMetrics").path("gc.alloc.rate.norm").path("score")));
		}
	}

	private static String cell(JsonNode metric, JsonNode bytes) {
		String cell = number(metric.path("score").asDouble());
		JsonNode error = metric.path("scoreError");
		// JMH writes "NaN" where there is one iteration.
		if (error.isNumber()) {
			cell += " ± " + number(error.asDouble());
		}
		if (bytes.isNumber() && Math.round(bytes.asDouble()) > 0) {
			cell += String.format(Locale.ROOT, ", %,d B", Math.round(bytes.asDouble()));
		}
		return cell;
	}

	private static String number(double value) {
		return String.format(Locale.ROOT, (value < 99.95) ? "%.1f" : "%,.0f", value);
	}

	private String markdown() {
		StringBuilder markdown = new StringBuilder();
		this.tables.forEach((name, table) -> {
			TreeSet<Column> columns = new TreeSet<>(COLUMNS);
			table.rows().values().forEach((cells) -> columns.addAll(cells.keySet()));
			List<String> head = new ArrayList<>(List.of(name + ", " + table.unit()));
			columns.forEach((column) -> head.add(column.title()));
			line(markdown, head);
			markdown.append("| ---").append(" | --:".repeat(columns.size())).append(" |\n");
			table.rows().forEach((row, cells) -> {
				List<String> line = new ArrayList<>(List.of(row.title()));
				columns.forEach((column) -> line.add(cells.getOrDefault(column, "")));
				line(markdown, line);
			});
			markdown.append('\n');
		});
		return markdown.toString();
	}

	private static void line(StringBuilder markdown, List<String> cells) {
		markdown.append("| ").append(String.join(" | ", cells)).append(" |\n");
	}

	/** The results of a class. */
	private record Table(String unit, Map<Row, Map<Column, String>> rows) {

	}

	/** A method, with its parameters other than n. */
	private record Row(String method, String parameters) {

		String title() {
			return "`" + this.method + "`" + (this.parameters.isEmpty() ? "" : ", " + this.parameters);
		}

	}

	/** How many threads choose, of how many instances; 0 if that is no parameter. */
	private record Column(int threads, int n) {

		String title() {
			String threads = this.threads + ((this.threads == 1) ? " thread" : " threads");
			return (this.n == 0) ? threads : threads + ", n = " + String.format(Locale.ROOT, "%,d", this.n);
		}

	}

}
