package io.governance.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ResultTablesTests {

	@TempDir
	private Path directory;

	@Test
	void putsTheResultsOfSeveralFilesInOneTableForEachClass() throws IOException {
		Path one = file("one.json", """
				[
				  {"benchmark": "a.b.FastBenchmark.ours", "threads": 1, "params": {"n": "10"},
				   "primaryMetric": {"score": 4.44, "scoreError": 0.26, "scoreUnit": "ns/op"},
				   "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 1.0E-5}}},
				  {"benchmark": "a.b.FastBenchmark.ours", "threads": 1, "params": {"n": "1000"},
				   "primaryMetric": {"score": 4.0, "scoreError": "NaN", "scoreUnit": "ns/op"},
				   "secondaryMetrics": {}},
				  {"benchmark": "a.b.FastBenchmark.other", "threads": 1, "params": {"n": "10", "weights": "any"},
				   "primaryMetric": {"score": 57055.2, "scoreError": 99.96, "scoreUnit": "ns/op"},
				   "secondaryMetrics": {"gc.alloc.rate.norm": {"score": 59000.2}}},
				  {"benchmark": "a.b.SlowBenchmark.ours", "threads": 1,
				   "primaryMetric": {"score": 2.0, "scoreError": 0.1, "scoreUnit": "us/op"},
				   "secondaryMetrics": {}}
				]""");
		Path two = file("two.json", """
				[
				  {"benchmark": "a.b.FastBenchmark.ours", "threads": 2, "params": {"n": "10"},
				   "primaryMetric": {"score": 6.5, "scoreError": 0.2, "scoreUnit": "ns/op"},
				   "secondaryMetrics": {}}
				]""");
		assertThat(ResultTables.markdown(List.of(one, two))).isEqualTo("""
				| FastBenchmark, ns/op | 1 thread, n = 10 | 1 thread, n = 1,000 | 2 threads, n = 10 |
				| --- | --: | --: | --: |
				| `ours` | 4.4 ± 0.3 | 4.0 | 6.5 ± 0.2 |
				| `other`, any | 57,055 ± 100, 59,000 B |  |  |

				| SlowBenchmark, us/op | 1 thread |
				| --- | --: |
				| `ours` | 2.0 ± 0.1 |

				""");
	}

	private Path file(String name, String content) throws IOException {
		return Files.writeString(this.directory.resolve(name), content);
	}

}
