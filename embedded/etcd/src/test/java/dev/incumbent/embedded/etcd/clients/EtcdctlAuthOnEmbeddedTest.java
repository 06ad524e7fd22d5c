package dev.incumbent.embedded.etcd.clients;

import dev.incumbent.embedded.etcd.EmbeddedEtcd;
import java.util.List;

class EtcdctlAuthOnEmbeddedTest extends EtcdctlAuthContractTest {

    @Override
    Server start(String series) {
        EmbeddedEtcd etcd = EmbeddedEtcd.start(3);
        return new Server() {
            @Override
            public List<String> endpoints() {
                return etcd.endpoints();
            }

            @Override
            public void close() {
                etcd.close();
            }
        };
    }
}
