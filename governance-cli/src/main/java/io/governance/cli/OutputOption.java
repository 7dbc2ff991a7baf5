package io.governance.cli;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.governance.lint.LintFinding;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The option that says how a table is printed.
 */
final class OutputOption {

	@Option(names = { "-o", "--output" }, paramLabel = "FORMAT", description = "text or json (default: text).")
	private Format format = Format.TEXT;

	/**
	 * Prints rows.
	 * @param console where to
	 * @param rows the rows, each with the same columns; columns of text are divided by
	 * tabs
	 */
	void print(Console console, List<? extends Map<String, ?>> rows) {
		if (this.format == Format.JSON) {
			console.out().println(Json.MAPPER.writeValueAsString(rows));
		}
		else {
			rows.forEach((row) -> console.out()
				.println(String.join("\t",
						row.values()
							.stream()
							.map((value) -> String.valueOf(value).replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", " "))
							.toList())));
		}
	}

	/**
	 * Prints findings, one per line as compilers do.
	 * @param console where to
	 * @param findings the findings
	 */
	void printFindings(Console console, List<LintFinding> findings) {
		if (this.format == Format.JSON) {
			console.out().println(Json.MAPPER.writeValueAsString(findings));
		}
		else {
			findings.forEach(console.out()::println);
		}
	}

	/**
	 * Prints what is no table.
	 * @param console where to
	 * @param json as JSON, to be mapped
	 * @param text as text, with its last line end
	 */
	void print(Console console, Supplier<?> json, Supplier<String> text) {
		if (this.format == Format.JSON) {
			console.out().println(Json.MAPPER.writeValueAsString(json.get()));
		}
		else {
			console.out().print(text.get());
		}
	}

	/** Apart, because most commands start without it. */
	private static final class Json {

		private static final JsonMapper MAPPER = JsonMapper.builder()
			.enable(SerializationFeature.INDENT_OUTPUT)
			.build();

	}

	/** How a table is printed. */
	enum Format {

		/** A line for each row. */
		TEXT,

		/** A JSON array. */
		JSON

	}

}
