package io.governance.nacos;

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
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What this backend may depend on: the core and Nacos's client, neither Spring nor
 * another backend, and nothing of what the client does behind one's back.
 */
@AnalyzeClasses(packages = "io.governance.nacos", importOptions = ImportOption.DoNotIncludeTests.class)
class NacosArchitectureTests {

	@ArchTest
	static final ArchRule dependsOnTheCoreAndItsClientOnly = classes().should()
		.onlyDependOnClassesThat(resideInAnyPackage("io.governance", "io.governance.nacos..", "io.governance.backend..",
				"io.governance.config..", "io.governance.registry..", "io.governance.lock..", "java..", "javax.net.ssl",
				"com.alibaba.nacos..", "tools.jackson..", "org.slf4j", "org.jspecify.annotations"));

	@ArchTest
	static final ArchRule onlySettingsAndFactoryArePublic = classes().that()
		.arePublic()
		.should()
		.be(NacosSettings.class)
		.orShould()
		.be(NacosSettings.Admin.class)
		.orShould()
		.be(NacosBackendFactory.class);

	@ArchTest
	static final ArchRule usesNoCachesSnapshotsAndRedoOfTheClient = noClasses().should()
		.dependOnClassesThat(resideInAnyPackage("com.alibaba.nacos.client.."));

	/**
	 * An entry of a class that is no longer there is looked for in vain at each start.
	 */
	@ArchTest
	static void classesLoadedBesideAStartExist(JavaClasses ignored) throws IOException {
		Path list = Path.of("src/main/resources/META-INF/governance/startup-classes/nacos");
		assertThat(Files.readAllLines(list))
			.filteredOn((name) -> Stream.of("io.governance.nacos.", "io.governance.backend.", "com.alibaba.nacos.")
				.anyMatch(name::startsWith))
			.hasSizeGreaterThan(50)
			.allSatisfy((name) -> Class.forName(name, false, NacosArchitectureTests.class.getClassLoader()));
	}

}
