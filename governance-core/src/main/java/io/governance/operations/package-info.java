/**
 * What people and programs do with stored documents: publish what was checked, compare,
 * roll back, export and import, each leaving a trace for the audit.
 */
@NullMarked
package io.governance.operations;

import org.jspecify.annotations.NullMarked;
