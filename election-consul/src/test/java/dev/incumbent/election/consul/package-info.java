/** Tests of the Consul adapter. */
@NullMarked
package dev.incumbent.election.consul;

import org.jspecify.annotations.NullMarked;
