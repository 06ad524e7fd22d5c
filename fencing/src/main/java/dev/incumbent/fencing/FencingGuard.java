package dev.incumbent.fencing;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The side of fencing that stands beside the data: it decides, in one atomic step with the work, whether a token may
 * pass.
 *
 * <p>There are two kinds. A guard with a <em>mark</em> keeps the highest token sealed for each scope in the same store
 * as the data, and lets pass only the token that equals it. A guard by the <em>own entry</em> sits inside the
 * coordinator and lets a write pass only while the entry behind the token stands; it has no mark and cannot name the
 * highest token. The test kit has a contract for each.
 *
 * <h2>Guarantees</h2>
 * <ul>
 *   <li>Check and work are one step: no seal by a newer token falls between them.
 *   <li>Once {@link #seal} has returned, the seal is durable and no work under an older token commits any more.
 *   <li>A refused call leaves the store as it was.
 * </ul>
 *
 * <h2>Does not guarantee</h2>
 * <ul>
 *   <li>Anything about writers that bypass the guard.
 *   <li>Who presents a token: guards belong behind authentication, since tokens can be forged.
 *   <li>That a refused work never ran: after a retry, the first try may have landed and somebody taken over since.
 * </ul>
 *
 * <p>Guards may be used by any number of threads. Applications do not call them but hold a {@link FencedResource}.
 *
 * @param <S> how the work reaches the store
 */
public interface FencingGuard<S> {

    /**
     * Installs the token as the scope's mark, unless the mark is newer; has to precede the token's first read, since
     * until then an older leader can still write. Sealing again with the same token is admitted and changes nothing.
     *
     * <p>A guard by the own entry only makes sure that the entry stands.
     *
     * @return when admitted, the mark that stood before, if there was one
     * @throws StoreUnavailableException if the store failed and nothing was sealed
     * @throws WriteIndeterminateException if the store does not say whether it sealed; sealing again is safe
     */
    Admission<Optional<FencingToken>> seal(FenceScope scope, FencingToken token);

    /**
     * Runs the work if the token is the scope's mark, as one step with that check; the work's effects are durable when
     * this returns, unless the guard's documentation says that the caller commits.
     *
     * @param token what the caller presented; null if it presented none, which is refused
     * @throws X what the work threw; its effects are undone if the store is transactional
     * @throws StoreUnavailableException if the store failed and nothing was done
     * @throws WriteIndeterminateException if the store does not say whether the work was done
     */
    <T extends @Nullable Object, X extends Exception> Admission<T> admit(
            FenceScope scope, @Nullable FencingToken token, FencedWork<? super S, T, X> work) throws X;
}
