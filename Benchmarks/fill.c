// Fills the inputs: EVENTS records of 400 bytes over KEYS keys, each a CloudEvent in binary mode.
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *setting(const char *name, const char *standard) { const char *v = getenv(name); return v ? v : standard; }
int main(void) {
    char why[512], topic[256], value[400], key[64], id[32];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", setting("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"), why, sizeof why);
    rd_kafka_conf_set(conf, "partitioner", "murmur2_random", why, sizeof why);
    rd_kafka_conf_set(conf, "linger.ms", "20", why, sizeof why);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    snprintf(topic, sizeof topic, "%sinputs", setting("TOPIC_PREFIX", ""));
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
    long events = atol(setting("EVENTS", "1500000")), keys = atol(setting("KEYS", "50000"));
    memset(value, 'x', sizeof value);
    for (long i = 0; i < events; i++) {
        int k = snprintf(key, sizeof key, "key-%ld", (i * 2654435761u) % keys);
        snprintf(id, sizeof id, "event-%ld", i);
        memcpy(value, id, strlen(id));
        while (rd_kafka_producev(rk, RD_KAFKA_V_RKT(rkt), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, k),
            RD_KAFKA_V_VALUE(value, sizeof value), RD_KAFKA_V_HEADER("ce_specversion", "1.0", 3), RD_KAFKA_V_HEADER("ce_id", id, strlen(id)),
            RD_KAFKA_V_HEADER("ce_source", "urn:bench", 9), RD_KAFKA_V_HEADER("ce_type", "bench.v1", 8),
            RD_KAFKA_V_HEADER("ce_time", "2026-11-23T08:00:00.000Z", 24),
            RD_KAFKA_V_HEADER("content-type", "application/protobuf", 20), RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
            rd_kafka_poll(rk, 50);
        if (i % 1000 == 0) rd_kafka_poll(rk, 0);
    }
    rd_kafka_resp_err_t err = rd_kafka_flush(rk, 120000);
    if (err) { fprintf(stderr, "flush: %s\n", rd_kafka_err2str(err)); return 1; }
    return 0;
}
