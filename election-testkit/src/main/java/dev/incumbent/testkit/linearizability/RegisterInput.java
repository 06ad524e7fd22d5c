package dev.incumbent.testkit.linearizability;

/** What clients ask of a {@link VersionedRegister}. */
public sealed interface RegisterInput {

    /** What is there? */
    record Read() implements RegisterInput {}

    /** Put a value there, whatever is there now. */
    record Write(String value) implements RegisterInput {}

    /** Take away what is there. */
    record Delete() implements RegisterInput {}

    /**
     * Put a value there if the register was written last at this revision.
     *
     * @param revision 0 means that there must be nothing
     */
    record CompareAndSet(long revision, String value) implements RegisterInput {}
}
