package io.governance.local;

import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON of the files of this backend. A class of its own, so that a start that writes
 * none of them does not wait for a mapper.
 */
final class LocalJson {

	static final JsonMapper MAPPER = JsonMapper.shared();

	private LocalJson() {
	}

}
