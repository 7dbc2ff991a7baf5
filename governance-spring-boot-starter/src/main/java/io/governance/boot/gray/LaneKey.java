package io.governance.boot.gray;

/**
 * Where the lanes are in a Reactor context. The same key as in Micrometer's context
 * propagation, so that each finds what the other has put.
 */
interface LaneKey {

	String KEY = "io.governance.lane";

}
