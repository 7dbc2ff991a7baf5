/**
 * Real servers for the tests of this build: found on the machine or fetched, started on
 * free ports of the loopback interface, and ended with the JVM that started them.
 */
@NullMarked
package io.governance.testservers;

import org.jspecify.annotations.NullMarked;
