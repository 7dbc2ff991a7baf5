package io.governance.consul;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the module may depend on: the core and the client, no Spring and no other backend.
 */
@AnalyzeClasses(packages = "io.governance.consul", importOptions = ImportOption.DoNotIncludeTests.class)
class ConsulArchitectureTests {

	@ArchTest
	static final ArchRule dependsOnTheCoreAndTheClientOnly = classes().should()
		.onlyDependOnClassesThat(resideInAnyPackage("io.governance", "io.governance.backend..", "io.governance.config",
				"io.governance.consul", "io.governance.lock", "io.governance.registry", "java..", "javax.net.ssl",
				"org.apache.hc..", "org.jspecify.annotations", "org.slf4j", "tools.jackson.."));

	/**
	 * An entry of a class that is no longer there is looked for in vain at each start.
	 */
	@ArchTest
	static void classesLoadedBesideAStartExist(JavaClasses ignored) throws IOException {
		Path list = Path.of("src/main/resources/META-INF/governance/startup-classes/consul");
		assertThat(Files.readAllLines(list))
			.filteredOn((name) -> Stream.of("io.governance.consul.", "io.governance.backend.", "org.apache.hc.")
				.anyMatch(name::startsWith))
			.hasSizeGreaterThan(50)
			.allSatisfy((name) -> Class.forName(name, false, ConsulArchitectureTests.class.getClassLoader()));
	}

}
