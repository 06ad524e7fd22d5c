@NullMarked
package dev.incumbent.embedded.etcd.internal.store;

import org.jspecify.annotations.NullMarked;
