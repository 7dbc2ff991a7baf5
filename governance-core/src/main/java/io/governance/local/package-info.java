/**
 * The local backend: a directory that any number of processes of one machine share. The
 * reference implementation of every SPI, without a server.
 *
 * <pre>
 * config/{namespace}/{group}/{document}                    edited by hand or published
 * history/{namespace}/{group}/{document}/{number}.json     who, when, why, and the digest
 * history/{namespace}/{group}/{document}/{number}.content
 * services/{namespace}/{service}/{instanceId}.json         touched by its owner while it lives
 * .governance/                                             locks, temporary files, the journal
 * </pre>
 *
 * Characters that some file system does not take are percent-encoded (a colon is
 * {@code %3A}). Names that differ in case only are the same where the file system says
 * so.
 * <p>
 * <b>Publishing</b> is atomic also for several documents, for everybody who reads through
 * this backend and also when the publisher is killed: a journal is finished by whoever
 * comes next, and readers wait that long. Publishers exclude each other by a file lock;
 * editors do not take part in it, so an edit that is saved in the very moment of a
 * publish to the same document is lost.
 * <p>
 * <b>Leases</b> go by the file's time of modification and the clock that all processes of
 * the machine share. If the clock is set forward by more than a lease, whoever looks at a
 * service for the first time misses its instances until they are renewed, a quarter of a
 * lease later; those who watch go by a clock that is never set, and miss nothing.
 */
@NullMarked
package io.governance.local;

import org.jspecify.annotations.NullMarked;
