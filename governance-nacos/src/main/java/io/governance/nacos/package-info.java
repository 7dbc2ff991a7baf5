/**
 * The backend over Nacos: documents, registration and discovery as Nacos itself keeps
 * them, so that its console and its other users see the same.
 */
@NullMarked
package io.governance.nacos;

import org.jspecify.annotations.NullMarked;
