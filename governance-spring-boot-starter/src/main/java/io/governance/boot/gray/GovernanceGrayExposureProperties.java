package io.governance.boot.gray;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.governance.boot.CheckedProperties;
import io.governance.boot.InvalidSettingException;

/**
 * Properties of what is told about variants that were shown.
 *
 * @param sample Share of the users of whom it is told, from 0 to 1. A user who is in the
 * sample stays in it.
 * @param hashUsers Whether listeners get a hash of the user's id instead of the id.
 * @param salt Text that is hashed with the user's id. Without one, ids that can be
 * guessed, such as telephone numbers, can be found from their hashes.
 * @param log Whether exposures are written to the logger 'io.governance.exposure'.
 * @param metrics Whether exposures are counted by experiment and variant.
 */
@ConfigurationProperties("governance.gray.exposure")
record GovernanceGrayExposureProperties(@DefaultValue("1") double sample, @DefaultValue("true") boolean hashUsers,
		@DefaultValue("") String salt, @DefaultValue("false") boolean log,
		@DefaultValue("false") boolean metrics) implements CheckedProperties {

	@Override
	public void check() {
		if (!(this.sample >= 0 && this.sample <= 1)) {
			throw new InvalidSettingException("governance.gray.exposure.sample", "it must be from 0 to 1",
					"Set it to a share such as 0.1", null);
		}
	}

	/**
	 * Does not tell the salt.
	 */
	@Override
	public String toString() {
		return "GovernanceGrayExposureProperties[sample=" + this.sample + "]";
	}

}
