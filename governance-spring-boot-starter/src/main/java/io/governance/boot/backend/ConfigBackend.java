package io.governance.boot.backend;

import io.governance.backend.Backend;

/**
 * The backend that keeps the documents: the one that {@code governance.config.backend}
 * names, or else the {@link Backend} of the application.
 *
 * @param backend the backend
 */
public record ConfigBackend(Backend backend) {
}
