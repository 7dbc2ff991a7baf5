/**
 * What a Spring Boot application may expect of a backend. Needs the starter.
 */
@NullMarked
package io.governance.testkit.boot;

import org.jspecify.annotations.NullMarked;
