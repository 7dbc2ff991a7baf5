/**
 * The local backend: a directory that any number of processes of one machine share. The
 * reference implementation of every SPI, without a server.
 */
@NullMarked
package io.governance.local;

import org.jspecify.annotations.NullMarked;
