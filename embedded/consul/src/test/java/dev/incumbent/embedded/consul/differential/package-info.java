/**
 * Embedded Consul against the real one: the same requests, answers compared to the letter but for indexes and ids.
 *
 * <p>A {@link dev.incumbent.embedded.consul.differential.Scenario} is told to servers; the transcripts among the resources
 * hold literal ones with the answers of the real server, and random ones are generated.
 */
@NullMarked
package dev.incumbent.embedded.consul.differential;

import org.jspecify.annotations.NullMarked;
