/** Tests of the etcd adapter. */
@NullMarked
package dev.incumbent.election.etcd;

import org.jspecify.annotations.NullMarked;
