package io.governance.etcd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What this backend may depend on: the core and etcd's client, neither Spring nor another
 * backend.
 */
@AnalyzeClasses(packages = "io.governance.etcd", importOptions = ImportOption.DoNotIncludeTests.class)
class EtcdArchitectureTests {

	@ArchTest
	static final ArchRule dependsOnTheCoreAndItsClientOnly = classes().should()
		.onlyDependOnClassesThat(resideInAPackage("io.governance").or(resideInAPackage("io.governance.etcd.."))
			.or(resideInAPackage("io.governance.backend.."))
			.or(resideInAPackage("io.governance.config.."))
			.or(resideInAPackage("io.governance.registry.."))
			.or(resideInAPackage("io.governance.lock.."))
			.or(resideInAPackage("java.."))
			.or(resideInAPackage("javax.net.ssl"))
			.or(resideInAPackage("io.etcd.jetcd.."))
			.or(resideInAPackage("io.grpc.."))
			.or(resideInAPackage("io.netty.handler.ssl.."))
			.or(resideInAPackage("org.slf4j"))
			.or(resideInAPackage("org.jspecify.annotations")));

	@ArchTest
	static final ArchRule onlySettingsAndWhatIsFoundAsAServiceArePublic = classes().that()
		.arePublic()
		.should()
		.be(EtcdSettings.class)
		.orShould()
		.be(EtcdBackendFactory.class)
		.orShould()
		.be(EndpointResolverProvider.class);

	/**
	 * An entry of a class that is no longer there is looked for in vain at each start.
	 */
	@ArchTest
	static void classesLoadedBesideAStartExist(JavaClasses ignored) throws IOException {
		Path list = Path.of("src/main/resources/META-INF/governance/startup-classes/etcd");
		assertThat(Files.readAllLines(list))
			.filteredOn((name) -> Stream
				.of("io.governance.etcd.", "io.governance.backend.", "io.etcd.", "io.grpc.", "io.netty.")
				.anyMatch(name::startsWith))
			.hasSizeGreaterThan(50)
			.allSatisfy((name) -> Class.forName(name, false, EtcdArchitectureTests.class.getClassLoader()));
	}

}
