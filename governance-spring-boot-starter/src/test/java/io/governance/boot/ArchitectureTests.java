package io.governance.boot;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Holds the starter to its place in the house.
 */
@AnalyzeClasses(packages = "io.governance.boot", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule packagesHaveNoCycles = slices().matching("io.governance.boot.(*)..")
		.should()
		.beFreeOfCycles();

	@ArchTest
	static final ArchRule knowsNoBackend = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.governance.local..", "org.apache.hc.core5..", "com.alibaba..", "io.etcd..");

	@ArchTest
	static final ArchRule usesNoInternalsOfTheCore = noClasses().should()
		.dependOnClassesThat()
		.resideInAPackage("io.governance.internal..");

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

	/** Names that Spring Cloud gives what these stand in for, besides. */
	@ArchTest
	static final ArchRule beansHaveNamesThatNoApplicationGivesItsOwn = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.haveNameMatching("governance[A-Z].*|refreshScope|configurationPropertiesRebinder");

	@ArchTest
	static final ArchRule beanMethodsHaveNoConditionOnClasses = noMethods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.beAnnotatedWith(ConditionalOnClass.class);

	@ArchTest
	static final ArchRule thereAreNoUtils = noClasses().should()
		.haveSimpleNameEndingWith("Utils")
		.orShould()
		.haveSimpleNameEndingWith("Util");

}
