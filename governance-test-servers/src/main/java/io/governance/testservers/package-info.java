/**
 * Real servers for the tests of this build: found on the machine or fetched, started on
 * free ports of the loopback interface, and ended with the JVM that started them.
 *
 * <pre>
 * String address = ConsulServer.shared().address();
 *
 * try (EtcdServer etcd = EtcdServer.own()) {
 *     etcd.kill();
 *     etcd.start();    // same ports, same data
 *     etcd.stop();
 *     etcd.wipe();
 *     etcd.start();    // same ports, no data
 * }
 *
 * try (TestCertificates certificates = TestCertificates.generate();
 *         ConsulServer consul = ConsulServer.options().acl("token").mutualTls(certificates).start()) {
 *     SSLContext ssl = certificates.clientContext();
 * }
 * </pre>
 */
@NullMarked
package io.governance.testservers;

import org.jspecify.annotations.NullMarked;
