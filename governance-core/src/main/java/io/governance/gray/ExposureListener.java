package io.governance.gray;

/**
 * Told when a variant of an experiment is shown, for those who analyse experiments.
 * Thread-safe.
 */
@FunctionalInterface
public interface ExposureListener {

	/**
	 * Code has asked for a variant: told the first time in a request.
	 * @param exposure which variant was shown to whom
	 */
	void onExposure(Exposure exposure);

}
