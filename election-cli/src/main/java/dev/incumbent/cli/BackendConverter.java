package dev.incumbent.cli;

import dev.incumbent.cli.backend.Backend;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --backend}, and names what there is when the given one is not. */
final class BackendConverter implements ITypeConverter<Backend> {

    @Override
    public Backend convert(String value) {
        return Backend.byId(value)
                .orElseThrow(() -> new TypeConversionException(
                        "there is no backend '" + value + "' here; available: " + Backend.available()));
    }
}
