package io.governance.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.governance.GovernanceException;

/**
 * The layers of a process, and what variants may take the places of their documents.
 * Immutable.
 */
final class VariantLayers {

	private final List<ConfigLayer> layers;

	private final ConfigVariants variants;

	/** What is always read. */
	private final Set<DocumentId> fixed;

	VariantLayers(List<ConfigLayer> layers, ConfigVariants variants) {
		this.layers = List.copyOf(layers);
		this.variants = variants;
		Set<DocumentId> fixed = new HashSet<>(variants.sources());
		layers.forEach((layer) -> fixed.add(layer.document()));
		this.fixed = Set.copyOf(fixed);
	}

	/**
	 * What is always read.
	 */
	Set<DocumentId> fixed() {
		return this.fixed;
	}

	/**
	 * What to read before anything is known.
	 */
	Set<DocumentId> initial() {
		return wanted(choiceOf(ConfigDocuments.NONE));
	}

	/**
	 * Whether a document may be one of this process, with some choice or other.
	 */
	boolean knows(DocumentId id) {
		return this.fixed.contains(id) || this.layers.stream().anyMatch((layer) -> isVariant(id, layer.document()));
	}

	private static boolean isVariant(DocumentId id, DocumentId document) {
		String extension = document.extension();
		String end = extension.isEmpty() ? "" : "." + extension;
		String name = document.name();
		return id.namespace().equals(document.namespace()) && id.group().equals(document.group())
				&& id.name().startsWith(name.substring(0, name.length() - end.length()) + ".")
				&& id.name().endsWith(end) && id.name().length() > name.length() + 1;
	}

	/**
	 * Chooses variants.
	 * @param documents what was read
	 * @param lastGood documents that hold the last good sources, if those that were read
	 * are not valid
	 */
	Selection select(ConfigDocuments documents, Supplier<ConfigDocuments> lastGood) {
		ConfigDocuments used = documents;
		ConfigVariants.Choice choice;
		try {
			choice = this.variants.choose(documents);
		}
		catch (GovernanceException ex) {
			used = withSourcesOf(lastGood.get(), documents);
			choice = choiceOf(used);
		}
		Set<DocumentId> wanted = wanted(choice);
		return new Selection(only(wanted, used), choice, wanted);
	}

	/**
	 * The same without what was chosen for requests.
	 */
	Selection withoutLanes(Selection selection) {
		ConfigVariants.Choice choice = new ConfigVariants.Choice(selection.choice().instance(), Set.of());
		Set<DocumentId> wanted = wanted(choice);
		return new Selection(only(wanted, selection.documents()), choice, wanted);
	}

	/** What is not valid was never in force, and is as good as none. */
	private ConfigVariants.Choice choiceOf(ConfigDocuments documents) {
		try {
			return this.variants.choose(documents);
		}
		catch (GovernanceException ex) {
			return ConfigVariants.Choice.NONE;
		}
	}

	private ConfigDocuments withSourcesOf(ConfigDocuments sources, ConfigDocuments documents) {
		Map<DocumentId, ConfigDocument> all = new HashMap<>(documents.documents());
		for (DocumentId id : this.variants.sources()) {
			all.remove(id);
			sources.find(id).ifPresent((document) -> all.put(id, document));
		}
		return new ConfigDocuments(all);
	}

	private static ConfigDocuments only(Set<DocumentId> wanted, ConfigDocuments documents) {
		if (wanted.containsAll(documents.documents().keySet())) {
			return documents;
		}
		Map<DocumentId, ConfigDocument> some = new HashMap<>(documents.documents());
		some.keySet().retainAll(wanted);
		return new ConfigDocuments(some);
	}

	private Set<DocumentId> wanted(ConfigVariants.Choice choice) {
		if (choice.equals(ConfigVariants.Choice.NONE)) {
			return this.fixed;
		}
		Set<DocumentId> wanted = new HashSet<>(this.fixed);
		Set<String> names = new HashSet<>(choice.instance());
		names.addAll(choice.lanes());
		for (String name : names) {
			for (ConfigLayer layer : this.layers) {
				DocumentId id = variantOf(layer, name);
				if (id != null) {
					wanted.add(id);
				}
			}
		}
		return Set.copyOf(wanted);
	}

	/** A document that has a place of its own is no variant of another one. */
	private @Nullable DocumentId variantOf(ConfigLayer layer, String variant) {
		if (!DocumentId.isVariantName(variant)
				|| layer.document().name().length() + variant.length() + 1 > DocumentId.MAX_NAME) {
			return null;
		}
		DocumentId id = layer.document().variant(variant);
		return this.fixed.contains(id) ? null : id;
	}

	/**
	 * The document in each place.
	 * @param documents what there is
	 * @param order the variants, the first one first
	 */
	List<Place> places(ConfigDocuments documents, List<String> order) {
		List<Place> places = new ArrayList<>(this.layers.size());
		for (ConfigLayer layer : this.layers) {
			ConfigDocument found = null;
			for (String variant : order) {
				DocumentId id = variantOf(layer, variant);
				found = (found == null && id != null) ? documents.documents().get(id) : found;
			}
			found = (found != null) ? found : documents.documents().get(layer.document());
			places.add(new Place(layer, found));
		}
		return places;
	}

	/**
	 * The places for each lane whose requests find other documents than the process
	 * itself.
	 */
	Map<String, List<Place>> placesOfLanes(Selection selection) {
		Map<String, List<Place>> lanes = new LinkedHashMap<>();
		List<Place> own = places(selection.documents(), selection.choice().instance());
		for (String lane : new TreeSet<>(selection.choice().lanes())) {
			List<String> order = new ArrayList<>();
			order.add(lane);
			order.addAll(selection.choice().instance());
			List<Place> places = places(selection.documents(), order);
			if (!places.equals(own)) {
				lanes.put(lane, places);
			}
		}
		return lanes;
	}

	/**
	 * What was chosen.
	 *
	 * @param documents the documents that count, with valid sources
	 * @param choice what follows from them
	 * @param wanted what has to be read for it
	 */
	record Selection(ConfigDocuments documents, ConfigVariants.Choice choice, Set<DocumentId> wanted) {
	}

	/**
	 * A place among the layers.
	 *
	 * @param layer how its document is read
	 * @param document the document, a variant of it, or {@code null} if neither exists
	 */
	record Place(ConfigLayer layer, @Nullable ConfigDocument document) {
	}

}
