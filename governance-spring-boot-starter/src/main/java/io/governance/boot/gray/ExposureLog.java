package io.governance.boot.gray;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.gray.Exposure;
import io.governance.gray.ExposureListener;

/**
 * Writes each exposure as one line to the logger {@value #LOGGER}, which can be sent to a
 * file of its own. Thread-safe.
 */
final class ExposureLog implements ExposureListener {

	static final String LOGGER = "io.governance.exposure";

	private static final Logger logger = LoggerFactory.getLogger(LOGGER);

	@Override
	public void onExposure(Exposure exposure) {
		String user = exposure.user();
		logger.info("time={} experiment={} variant={} user={}", exposure.time(), exposure.experiment(),
				exposure.variant(), (user != null) ? user.replaceAll("[\\p{C}\\p{Z}]", "?") : "-");
	}

}
