package io.governance.config;

/**
 * What to do at start when the config cannot be read or cannot be used.
 *
 * @param withoutBackend whether to start from the cached snapshot, or without any remote
 * config, when the backend cannot be asked; if not, starting fails
 * @param lastGood whether to start from the cached snapshot when what is stored cannot be
 * used; if not, starting fails
 */
public record StartPolicy(boolean withoutBackend, boolean lastGood) {
}
