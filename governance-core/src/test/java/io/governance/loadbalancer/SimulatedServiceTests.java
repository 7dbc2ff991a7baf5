package io.governance.loadbalancer;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.governance.loadbalancer.SimulatedService.Report;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All algorithms on a service of 20 instances with faults; prints a table with
 * {@code -Dgovernance.print-tables}.
 */
@DisplayName("A service of 20 instances, one ten times slower, one failing fast, one dying")
class SimulatedServiceTests {

	/** The slow one has to answer more than it can. */
	private static final int FEW_WORKERS = 4;

	/** The slow one keeps up. */
	private static final int MANY_WORKERS = 16;

	private static final Map<String, Report> overloaded = new TreeMap<>();

	private static final Map<String, Report> ejecting = new TreeMap<>();

	private static final Map<String, Report> keepingUp = new TreeMap<>();

	@BeforeAll
	static void run() {
		for (LoadBalancer algorithm : LoadBalancer.builtIn()) {
			String name = algorithm.name();
			overloaded.put(name, new SimulatedService(algorithm, LoadBalancerSettings.PLAIN, FEW_WORKERS).run());
			ejecting.put(name, new SimulatedService(algorithm, LoadBalancerSettings.DEFAULTS, FEW_WORKERS).run());
			keepingUp.put(name, new SimulatedService(algorithm, LoadBalancerSettings.DEFAULTS, MANY_WORKERS).run());
		}
		if (System.getProperty("governance.print-tables") != null) {
			print("overloaded, without ejection", overloaded);
			print("overloaded", ejecting);
			print("keeping up", keepingUp);
		}
	}

	private static void print(String title, Map<String, Report> reports) {
		System.out.println(title);
		System.out
			.println("| algorithm | p50, ms | p99, ms | failed, % | to the slow one, % | to the failing one, % |");
		System.out.println("|---|--:|--:|--:|--:|--:|");
		reports.forEach((name,
				report) -> System.out.println(String.format(Locale.ROOT, "| %s | %.1f | %.1f | %.3f | %.2f | %.3f |",
						name, report.median().toNanos() / 1e6, report.p99().toNanos() / 1e6, 100 * report.failed(),
						100 * report.slow(), 100 * report.failing())));
	}

	@Test
	void twoChoicesAreFiveTimesBetterThanRoundRobinAtTheSlowEnd() {
		assertThat(p99(overloaded, "p2c").multipliedBy(5)).isLessThanOrEqualTo(p99(overloaded, "round-robin"));
		assertThat(p99(keepingUp, "p2c").multipliedBy(5)).isLessThanOrEqualTo(p99(keepingUp, "round-robin"));
	}

	private static Duration p99(Map<String, Report> reports, String name) {
		return reports.get(name).p99();
	}

	@Test
	void whoTimesOutIsEjectedWhateverTheAlgorithm() {
		assertThat(ejecting.values()).allSatisfy((report) -> assertThat(report.slow()).isLessThan(0.01));
	}

	@Test
	void whoFailsIsEjectedAndGetsNextToNothingFromThenOn() {
		for (Map<String, Report> reports : List.of(ejecting, keepingUp)) {
			assertThat(reports.values()).allSatisfy((report) -> {
				assertThat(report.failingEjected()).isTrue();
				assertThat(report.failingAfterEjection()).isLessThan(0.01);
			});
		}
	}

	@Test
	void ejectionSparesCallersNineOfTenFailures() {
		overloaded.forEach((name, report) -> assertThat(ejecting.get(name).failed()).as(name)
			.isLessThanOrEqualTo(report.failed() / 10));
	}

	@Test
	void whoFailsFastDoesNotAttractCallsOfTwoChoicesEvenWithoutEjection() {
		assertThat(overloaded.get("p2c").failed()).isLessThan(overloaded.get("round-robin").failed() / 10);
	}

	@Test
	void whoIsGoneFromTheListIsNotCalled() {
		for (Map<String, Report> reports : List.of(overloaded, ejecting, keepingUp)) {
			assertThat(reports.values()).allSatisfy((report) -> assertThat(report.toDeadAfterLoss()).isZero());
		}
	}

}
