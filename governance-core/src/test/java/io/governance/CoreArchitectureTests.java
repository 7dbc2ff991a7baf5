package io.governance;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * What the core may depend on, and its packages on each other.
 */
@AnalyzeClasses(packages = "io.governance", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreArchitectureTests {

	private static final DescribedPredicate<JavaClass> OWN = resideInAnyPackage("io.governance..", "java..",
			"javax.net.ssl", "javax.crypto..");

	@ArchTest
	static final ArchRule dependsOnFewLibraries = classes().should()
		.onlyDependOnClassesThat(OWN.or(resideInAnyPackage("org.jspecify.annotations", "org.slf4j",
				"org.yaml.snakeyaml..", "tools.jackson..")));

	@ArchTest
	static final ArchRule packagesHaveNoCycles = slices().matching("io.governance.(*)..").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule loadBalancingKnowsOnlyInstances = noClasses().that(resideInAPackage("..loadbalancer.."))
		.should()
		.dependOnClassesThat(resideInAPackage("io.governance.*..").and(resideOutsideOfPackage("..loadbalancer.."))
			.and(resideOutsideOfPackage("io.governance.registry"))
			.and(resideOutsideOfPackage("io.governance.internal")));

	@ArchTest
	static final ArchRule grayKnowsOnlyInstances = noClasses().that(resideInAPackage("..gray.."))
		.should()
		.dependOnClassesThat(resideInAPackage("io.governance.*..").and(resideOutsideOfPackage("..gray.."))
			.and(resideOutsideOfPackage("io.governance.registry"))
			.and(resideOutsideOfPackage("io.governance.internal")));

	@ArchTest
	static final ArchRule enginesDoNotKnowTheLocalBackend = noClasses().that(resideOutsideOfPackage("..local.."))
		.should()
		.dependOnClassesThat(resideInAPackage("io.governance.local.."));

	@ArchTest
	static final ArchRule internalPackagesKnowNoOther = noClasses().that(resideInAPackage("io.governance.internal.."))
		.should()
		.dependOnClassesThat(
				resideInAPackage("io.governance.*..").and(resideOutsideOfPackage("io.governance.internal..")));

	@ArchTest
	static final ArchRule parsersStayInside = noMethods().that()
		.areDeclaredInClassesThat(resideOutsideOfPackage("io.governance.internal.."))
		.and()
		.arePublic()
		.should()
		.haveRawReturnType(resideInAnyPackage("org.yaml.snakeyaml..", "tools.jackson..", "io.governance.internal.."));

}
