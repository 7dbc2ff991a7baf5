package io.governance.config;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Decides for whom variants take the place of documents: for this process, and for the
 * requests of a lane that it serves. Thread-safe.
 */
public interface ConfigVariants {

	/** Every document stays as it is. */
	ConfigVariants NONE = new ConfigVariants() {

		@Override
		public Set<DocumentId> sources() {
			return Set.of();
		}

		@Override
		public Choice choose(ConfigDocuments documents) {
			return Choice.NONE;
		}

		@Override
		public @Nullable String lane() {
			return null;
		}

	};

	/**
	 * The documents that the choice depends on. They are read and watched together with
	 * the config.
	 * @return the ids, always the same
	 */
	Set<DocumentId> sources();

	/**
	 * Chooses variants. The same documents always lead to the same choice.
	 * @param documents the {@linkplain #sources() sources}, as far as they exist, perhaps
	 * among others
	 * @return the choice
	 * @throws io.governance.GovernanceException if a source is not valid: what was chosen
	 * by the last good ones stays
	 */
	Choice choose(ConfigDocuments documents);

	/**
	 * The lane that the request which the calling thread works for takes at this
	 * application. Takes no lock and allocates nothing.
	 * @return the lane, or {@code null} if there is no request or its lane is the stable
	 * one
	 */
	@Nullable String lane();

	/**
	 * Which variants take the place of documents. A name that no variant can have is as
	 * good as none.
	 *
	 * @param instance the variants for this process; of those that exist of a document,
	 * the first takes its place
	 * @param lanes the lanes of requests for which the variants of the same name come
	 * before those for this process
	 */
	record Choice(List<String> instance, Set<String> lanes) {

		/** Every document stays as it is. */
		public static final Choice NONE = new Choice(List.of(), Set.of());

		/**
		 * Creates a choice of copies.
		 */
		public Choice {
			instance = List.copyOf(instance);
			lanes = Set.copyOf(lanes);
		}

	}

}
