/**
 * The same random commands to two etcd servers, and their replies held against each other field by field.
 *
 * <p>{@link dev.incumbent.embedded.etcd.differential.Normaliser} is the one place that says what may differ and why,
 * {@link dev.incumbent.embedded.etcd.differential.KnownDifferences} the one list of what does differ between releases.
 */
@NullMarked
package dev.incumbent.embedded.etcd.differential;

import org.jspecify.annotations.NullMarked;
