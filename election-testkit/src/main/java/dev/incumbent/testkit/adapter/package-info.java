/** What tests of adapters are made of: connections with open sessions, and what is told on them. */
@NullMarked
package dev.incumbent.testkit.adapter;

import org.jspecify.annotations.NullMarked;
