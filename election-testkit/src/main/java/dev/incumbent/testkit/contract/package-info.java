/**
 * What every coordinator and every client must do, as abstract JUnit classes: extend one, supply its harness, and the whole
 * contract runs against your backend.
 */
@NullMarked
package dev.incumbent.testkit.contract;

import org.jspecify.annotations.NullMarked;
