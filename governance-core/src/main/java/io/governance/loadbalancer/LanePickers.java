package io.governance.loadbalancer;

import org.jspecify.annotations.Nullable;

/**
 * The pickers of one lane: the one that calls use, and the parts of it, which the next
 * ones go on from. Immutable but for what pickers remember.
 *
 * @param picker what calls use
 * @param preferred over those that are preferred
 * @param preferredSettled over those of them that do not ramp; {@code null} while nobody
 * ramps
 * @param others over those in other zones; {@code null} while no call goes there
 * @param othersSettled over those of them that do not ramp; {@code null} while nobody
 * ramps
 */
record LanePickers(Picker picker, @Nullable Picker preferred, @Nullable Picker preferredSettled,
		@Nullable Picker others, @Nullable Picker othersSettled) {

	/** Pick nobody, and remember nothing. */
	static final LanePickers NONE = new LanePickers((request) -> null, null, null, null, null);

}
