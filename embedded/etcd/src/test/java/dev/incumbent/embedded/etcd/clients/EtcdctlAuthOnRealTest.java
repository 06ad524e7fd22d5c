package dev.incumbent.embedded.etcd.clients;

import dev.incumbent.realservers.RealEtcd;
import dev.incumbent.realservers.RealEtcdCluster;
import java.util.List;

class EtcdctlAuthOnRealTest extends EtcdctlAuthContractTest {

    @Override
    Server start(String series) {
        RealEtcdCluster etcd =
                RealEtcdCluster.start(RealEtcd.installation(series).orElseThrow(), 1);
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
