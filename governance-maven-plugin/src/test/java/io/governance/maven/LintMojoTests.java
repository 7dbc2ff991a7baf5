package io.governance.maven;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.apache.maven.artifact.DefaultArtifact;
import org.apache.maven.artifact.handler.DefaultArtifactHandler;
import org.apache.maven.model.Build;
import org.apache.maven.model.Model;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.logging.SystemStreamLog;
import org.apache.maven.project.MavenProject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class LintMojoTests {

	@TempDir
	private Path home;

	private final List<String> log = new ArrayList<>();

	private LintMojo mojo;

	@BeforeEach
	void makeAProject() throws Exception {
		metadata(this.home.resolve("classes"), "shop.rate");
		metadata(this.home.resolve("library"), "library.size");
		Build build = new Build();
		build.setOutputDirectory(this.home.resolve("classes").toString());
		Model model = new Model();
		model.setBuild(build);
		MavenProject project = new MavenProject(model);
		DefaultArtifact library = new DefaultArtifact("x", "library", "1", "compile", "jar", null,
				new DefaultArtifactHandler("jar") {
					{
						setAddedToClasspath(true);
					}
				});
		library.setFile(this.home.resolve("library").toFile());
		project.setArtifacts(Set.of(library));
		this.mojo = new LintMojo();
		this.mojo.setLog(new SystemStreamLog() {

			@Override
			public void error(CharSequence content) {
				LintMojoTests.this.log.add("error " + content);
			}

			@Override
			public void warn(CharSequence content) {
				LintMojoTests.this.log.add("warn " + content);
			}

		});
		set("project", project);
		set("documents", List.of(this.home.resolve("config").toFile()));
	}

	@Test
	void documentsThatFitPass() throws IOException {
		document("shop.rate: 5\nlibrary.size: 7\n");
		assertThatCode(this.mojo::execute).doesNotThrowAnyException();
		assertThat(this.log).isEmpty();
	}

	@Test
	void errorFailsTheBuild() throws IOException {
		document("shop.rate: 5\nlibrary.sise: 7\n");
		assertThatExceptionOfType(MojoFailureException.class).isThrownBy(this.mojo::execute)
			.withMessage("1 config documents checked: 1 errors, 0 warnings");
		assertThat(this.log).singleElement()
			.satisfies((line) -> assertThat(line).contains("orders.yaml:2:15: error: 'library.sise'")
				.contains("did you mean 'library.size'?"));
	}

	@Test
	void warningFailsTheBuildOnlyIfItIsStrict() throws Exception {
		document("feature.x: 5\n");
		assertThatCode(this.mojo::execute).doesNotThrowAnyException();
		assertThat(this.log).singleElement().satisfies((line) -> assertThat(line).startsWith("warn "));
		set("strict", true);
		assertThatExceptionOfType(MojoFailureException.class).isThrownBy(this.mojo::execute);
		set("allowedPrefixes", List.of("feature"));
		assertThatCode(this.mojo::execute).doesNotThrowAnyException();
	}

	@Test
	void nothingIsCheckedIfSoTold() throws Exception {
		document("shop: [\n");
		set("skip", true);
		assertThatCode(this.mojo::execute).doesNotThrowAnyException();
	}

	@Test
	void missingDocumentsAreTold() throws Exception {
		set("documents", List.of(new File("missing")));
		assertThatExceptionOfType(MojoExecutionException.class).isThrownBy(this.mojo::execute)
			.withMessageContaining("missing")
			.withMessageContaining("'documents'")
			.withMessageContaining("'skip'");
	}

	@Test
	void grayRulesMayStandInAnotherDocument() throws Exception {
		document("rules:\n- name: a\n  servise: b\n");
		set("grayDocument", "orders.yaml");
		assertThatExceptionOfType(MojoFailureException.class).isThrownBy(this.mojo::execute);
		assertThat(this.log).singleElement().satisfies((line) -> assertThat(line).contains("did you mean 'service'?"));
	}

	@Test
	void descriptorBindsTheGoalToVerify() throws IOException {
		String descriptor = Files.readString(Path.of("target/classes/META-INF/maven/plugin.xml"));
		assertThat(descriptor).contains("<goalPrefix>governance</goalPrefix>", "<goal>lint</goal>",
				"<phase>verify</phase>", "<threadSafe>true</threadSafe>",
				"<requiresDependencyResolution>runtime</requiresDependencyResolution>");
	}

	private void document(String text) throws IOException {
		Files.writeString(Files.createDirectories(this.home.resolve("config")).resolve("orders.yaml"), text);
	}

	private static void metadata(Path classes, String property) throws IOException {
		Path directory = Files.createDirectories(classes.resolve("META-INF"));
		Files.writeString(directory.resolve("spring-configuration-metadata.json"),
				"{\"properties\": [{\"name\": \"" + property + "\", \"type\": \"java.lang.Integer\"}]}");
	}

	private void set(String name, Object value) throws Exception {
		Field field = LintMojo.class.getDeclaredField(name);
		field.setAccessible(true);
		field.set(this.mojo, value);
	}

}
