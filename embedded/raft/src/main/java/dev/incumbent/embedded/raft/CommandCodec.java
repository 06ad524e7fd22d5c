package dev.incumbent.embedded.raft;

/**
 * Writes commands to the log and reads them back. Called by several threads at a time.
 *
 * @param <C> a command
 */
public interface CommandCodec<C> {

    /**
     * Encodes.
     *
     * @param command the command
     * @return its bytes
     */
    byte[] encode(C command);

    /**
     * Decodes.
     *
     * @param bytes what {@link #encode} returned
     * @return an equal command
     */
    C decode(byte[] bytes);
}
