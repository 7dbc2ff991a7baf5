package io.governance.grpc;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * What the module may depend on: without Spring the core and grpc-java, with it no
 * backend.
 */
@AnalyzeClasses(packages = "io.governance.grpc", importOptions = ImportOption.DoNotIncludeTests.class)
class GrpcArchitectureTests {

	@ArchTest
	static final ArchRule dependsOnTheCoreAndGrpcOnly = classes().that()
		.resideInAPackage("io.governance.grpc")
		.should()
		.onlyDependOnClassesThat(resideInAnyPackage("io.governance", "io.governance.call", "io.governance.gray",
				"io.governance.grpc", "io.governance.loadbalancer", "io.governance.registry", "io.grpc", "java..",
				"org.jspecify.annotations", "org.slf4j"));

	@ArchTest
	static final ArchRule knowsNoBackend = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.governance.local..", "io.governance.consul..", "org.apache.hc.core5..", "com.alibaba..",
				"io.etcd..");

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL);

	@ArchTest
	static final ArchRule beanMethodsArePackagePrivate = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.bePackagePrivate();

}
