package dev.incumbent.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.IVersionProvider;

/** The version that was built, read from a file which the build fills in. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {line()};
    }

    static String line() throws IOException {
        try (InputStream in = Version.class.getResourceAsStream("version.txt")) {
            if (in == null) {
                throw new IOException("version.txt is missing from the program; build it again");
            }
            return "elect " + new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
