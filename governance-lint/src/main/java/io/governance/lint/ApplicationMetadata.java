package io.governance.lint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.governance.GovernanceException;

import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepository;
import org.springframework.boot.configurationmetadata.ConfigurationMetadataRepositoryJsonBuilder;

/**
 * What properties an application has, as far as Spring Boot's metadata in its jars and
 * classes tell. Immutable and thread-safe.
 */
public final class ApplicationMetadata {

	private final PropertyNode root = PropertyNode.root();

	private final Map<String, List<String>> enums;

	private ApplicationMetadata(ConfigurationMetadataRepository repository, Map<String, List<String>> enums) {
		repository.getAllGroups().values().forEach((group) -> {
			if (!group.getId().equals(ConfigurationMetadataRepository.ROOT_GROUP)) {
				this.root.descend(group.getId());
			}
		});
		repository.getAllProperties().values().forEach((property) -> this.root.add(property));
		this.enums = Map.copyOf(enums);
	}

	/**
	 * Reads metadata.
	 * @param sources jars, executable jars with all that is in them, directories of
	 * classes or of jars, or files of metadata
	 * @return the metadata of all of them together
	 * @throws GovernanceException if one of them cannot be read, or none holds metadata
	 */
	public static ApplicationMetadata read(Collection<Path> sources) {
		ConfigurationMetadataRepositoryJsonBuilder builder = ConfigurationMetadataRepositoryJsonBuilder.create();
		int[] found = new int[1];
		forEach(sources, Set.of(MetadataSource.METADATA), (name, content) -> {
			builder.withJsonResource(new ByteArrayInputStream(content));
			found[0]++;
		});
		if (found[0] == 0) {
			throw new GovernanceException("There is no " + MetadataSource.METADATA + " in " + sources
					+ ": build the application with spring-boot-configuration-processor, and name its jar "
					+ "or the directory of its classes");
		}
		ConfigurationMetadataRepository repository = builder.build();
		return new ApplicationMetadata(repository, enums(sources, repository));
	}

	private static Map<String, List<String>> enums(Collection<Path> sources,
			ConfigurationMetadataRepository repository) {
		Set<String> classFiles = new HashSet<>();
		for (ConfigurationMetadataProperty property : repository.getAllProperties().values()) {
			if (property.getType() != null) {
				addClassFiles(TypeName.of(property.getType()), classFiles);
			}
		}
		Map<String, List<String>> enums = new HashMap<>();
		forEach(sources, classFiles, (name, content) -> {
			List<String> constants = EnumConstants.of(content);
			if (!constants.isEmpty()) {
				String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
				enums.put(type, List.copyOf(constants));
			}
		});
		return enums;
	}

	private static void addClassFiles(TypeName type, Set<String> classFiles) {
		if (!type.raw().startsWith("java.")) {
			classFiles.add(type.raw().replace('.', '/') + ".class");
		}
		type.arguments().forEach((argument) -> addClassFiles(argument, classFiles));
	}

	private static void forEach(Collection<Path> sources, Set<String> names, MetadataSource.Consumer consumer) {
		for (Path source : sources) {
			try {
				new MetadataSource(source).read(names::contains, consumer);
			}
			catch (IOException | RuntimeException ex) {
				throw new GovernanceException("Metadata cannot be read from " + source + ": "
						+ ((ex instanceof IOException) ? ex.getClass().getSimpleName() : "not what Spring Boot writes"),
						ex);
			}
		}
	}

	PropertyNode root() {
		return this.root;
	}

	/** The constants of an enum; none if the type is not known as one. */
	List<String> constants(String type) {
		return this.enums.getOrDefault(type, List.of());
	}

}
