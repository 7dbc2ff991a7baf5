package io.governance.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.governance.GovernanceException;
import io.governance.lint.ApplicationMetadata;
import io.governance.lint.ConfigLinter;
import io.governance.lint.DocumentFiles;
import io.governance.lint.LintFinding;
import io.governance.lint.LintFinding.Severity;
import io.governance.operations.DocumentChecks;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.apache.maven.project.MavenProject;
import org.jspecify.annotations.Nullable;

/**
 * Checks config documents against the metadata of the project and of all that it runs
 * with: unknown keys, values of the wrong type, keys that stand twice, gray rules.
 */
@Mojo(name = "lint", defaultPhase = LifecyclePhase.VERIFY, threadSafe = true,
		requiresDependencyResolution = ResolutionScope.RUNTIME)
public class LintMojo extends AbstractMojo {

	/**
	 * The documents, or directories of them.
	 */
	@Parameter(property = "governance.lint.documents", defaultValue = "${project.basedir}/src/main/config")
	private @Nullable List<File> documents;

	/**
	 * What may begin keys that no metadata know, such as those that are read with
	 * {@code @Value} alone.
	 */
	@Parameter(property = "governance.lint.allowed-prefixes")
	private @Nullable List<String> allowedPrefixes;

	/**
	 * The name of the document that holds gray rules, as {@code governance.gray.document}
	 * says in the application.
	 */
	@Parameter(property = "governance.lint.gray-document", defaultValue = DocumentChecks.GRAY_DOCUMENT)
	private String grayDocument = DocumentChecks.GRAY_DOCUMENT;

	/**
	 * Whether warnings fail the build as errors do.
	 */
	@Parameter(property = "governance.lint.strict", defaultValue = "false")
	private boolean strict;

	/**
	 * Whether nothing is checked.
	 */
	@Parameter(property = "governance.lint.skip", defaultValue = "false")
	private boolean skip;

	@Parameter(defaultValue = "${project}", readonly = true, required = true)
	private @Nullable MavenProject project;

	/**
	 * Created by Maven.
	 */
	public LintMojo() {
	}

	@Override
	public void execute() throws MojoExecutionException, MojoFailureException {
		if (this.skip || this.project == null) {
			getLog().info("Config documents are not checked");
			return;
		}
		try {
			check(this.project);
		}
		catch (IOException | GovernanceException ex) {
			throw new MojoExecutionException("Config documents cannot be checked: " + ex.getMessage(), ex);
		}
	}

	private void check(MavenProject project) throws IOException, MojoExecutionException, MojoFailureException {
		List<Path> places = (this.documents != null) ? this.documents.stream().map(File::toPath).toList() : List.of();
		for (Path place : places) {
			if (!Files.exists(place)) {
				throw new MojoExecutionException("There are no config documents in " + place
						+ ": say where they are with 'documents', or skip this goal with 'skip'");
			}
		}
		List<Path> files = DocumentFiles.find(places);
		ConfigLinter linter = ConfigLinter.of(ApplicationMetadata.read(classpath(project)),
				(this.allowedPrefixes != null) ? this.allowedPrefixes : List.of(), this.grayDocument);
		int errors = 0;
		int warnings = 0;
		for (Path file : files) {
			for (LintFinding finding : DocumentFiles.lint(linter, file)) {
				if (finding.severity() == Severity.ERROR) {
					errors++;
					getLog().error(finding.toString());
				}
				else {
					warnings++;
					getLog().warn(finding.toString());
				}
			}
		}
		String sum = files.size() + " config documents checked: " + errors + " errors, " + warnings + " warnings";
		if (errors > 0 || (this.strict && warnings > 0)) {
			throw new MojoFailureException(sum);
		}
		getLog().info(sum);
	}

	private static List<Path> classpath(MavenProject project) {
		Set<Path> classpath = new LinkedHashSet<>();
		classpath.add(Path.of(project.getBuild().getOutputDirectory()));
		for (Artifact artifact : project.getArtifacts()) {
			if (artifact.getArtifactHandler() == null || artifact.getArtifactHandler().isAddedToClasspath()) {
				File file = artifact.getFile();
				if (file != null && (file.isDirectory() || file.getName().endsWith(".jar"))) {
					classpath.add(file.toPath());
				}
			}
		}
		List<Path> existing = new ArrayList<>(classpath);
		existing.removeIf((path) -> !Files.exists(path));
		return existing;
	}

}
