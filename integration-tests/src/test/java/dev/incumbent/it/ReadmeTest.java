package dev.incumbent.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.incumbent.embedded.consul.EmbeddedConsul;
import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import dev.incumbent.embedded.zookeeper.EmbeddedZooKeeper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** What the README shows is compiled, run and believed. */
class ReadmeTest {

    private static final Path README = Path.of("..", "README.md");

    @Test
    @ResourceLock(Resources.SYSTEM_OUT)
    void shouldRunTheFirstProgram(@TempDir Path dir) throws Exception {
        String source = block("public class FirstProgram");
        Path classes = compile(dir, "FirstProgram", source);
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(1);
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            String printed = run(loader.loadClass("FirstProgram"), server.connectString());
            assertThat(printed).contains("leading with billing/settlement#").contains("balance 100");
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_OUT)
    void shouldRunTheFirstProgramOnEtcd(@TempDir Path dir) throws Exception {
        try (EmbeddedEtcd server = EmbeddedEtcd.start(1)) {
            runWith(dir, "etcd.EtcdElections", String.join(",", server.endpoints()));
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_OUT)
    void shouldRunTheFirstProgramOnConsul(@TempDir Path dir) throws Exception {
        try (EmbeddedConsul server = EmbeddedConsul.start(1)) {
            runWith(dir, "consul.ConsulElections", String.join(",", server.httpEndpoints()));
        }
    }

    /** The first program with the client that the README shows for another coordinator. */
    private static void runWith(Path dir, String clients, String servers) throws Exception {
        String name = clients.substring(clients.indexOf('.') + 1);
        String client = block(name + ".builder()").strip().replaceAll(";$", "");
        String source = block("public class FirstProgram")
                .replaceAll(
                        "(?s)ElectionClient client = ZooKeeperElections.*?\\.build\\(\\)",
                        Matcher.quoteReplacement(client))
                .replace("zookeeper.ZooKeeperElections", clients);
        Path classes = compile(dir, "FirstProgram", source);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            String printed = run(loader.loadClass("FirstProgram"), servers);
            assertThat(printed).contains("leading with billing/settlement#").contains("balance 100");
        }
    }

    @Test
    void shouldCompileTheOtherWays(@TempDir Path dir) throws Exception {
        String lines = block("election.campaignFor");
        String source = "import dev.incumbent.election.*; import java.time.Duration; import java.util.Optional;\n"
                + "abstract class Ways {\n"
                + "  abstract void settle(Leadership leadership) throws Exception;\n"
                + "  abstract void show(ElectionEvent event);\n"
                + "  void ways(Election election) throws Exception {\n" + lines + "\n  }\n}\n";
        assertThat(compile(dir, "Ways", source)).isDirectory();
    }

    @Test
    void shouldNameOnlyFilesThatExist() throws Exception {
        Matcher links = Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(README));
        while (links.find()) {
            assertThat(README.resolveSibling(links.group(1)))
                    .as("linked from the README")
                    .exists();
        }
    }

    /** The Java block that contains a text. */
    private static String block(String containing) throws Exception {
        Matcher blocks = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
        while (blocks.find()) {
            if (blocks.group(1).contains(containing)) {
                return blocks.group(1);
            }
        }
        throw new AssertionError("The README shows no Java with: " + containing);
    }

    private static Path compile(Path dir, String name, String source) throws Exception {
        Path file = Files.writeString(dir.resolve(name + ".java"), source);
        Path classes = Files.createDirectories(dir.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = compiler.run(null, messages, messages, "-proc:none", "-d", classes.toString(), file.toString());
        assertThat(status).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        return classes;
    }

    private static String run(Class<?> program, String argument) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            program.getMethod("main", String[].class)
                    .invoke(null, (Object) List.of(argument).toArray(new String[0]));
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
