// The floor: a plain loop on librdkafka that copies each record's bytes to two topics under the same transactions as the
// stream does (100 ms), with the same headers read and written. It keeps no state. Prints like StreamBenchmark.
#define _GNU_SOURCE
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double wall(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static double processor(void) {
    struct rusage u; getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}
static void die(const char *what, const char *why) { fprintf(stderr, "%s: %s\n", what, why); exit(1); }
static void check(rd_kafka_error_t *e, const char *what) { if (e) die(what, rd_kafka_error_string(e)); }
static const char *setting(const char *name, const char *standard) { const char *v = getenv(name); return v ? v : standard; }
static rd_kafka_t *client(rd_kafka_type_t type, const char *pairs[][2]) {
    char why[512]; rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (int i = 0; pairs[i][0]; i++)
        if (rd_kafka_conf_set(conf, pairs[i][0], pairs[i][1], why, sizeof why) != RD_KAFKA_CONF_OK) die(pairs[i][0], why);
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof why);
    if (!rk) die("client", why);
    return rk;
}
static void put(rd_kafka_t *rk, rd_kafka_topic_t *topic, int32_t partition, rd_kafka_message_t *m, rd_kafka_headers_t *h) {
    rd_kafka_resp_err_t err;
    do {
        err = rd_kafka_producev(rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(m->key, m->key_len),
            RD_KAFKA_V_VALUE(m->payload, m->len), RD_KAFKA_V_HEADERS(h), RD_KAFKA_V_END);
        if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL) rd_kafka_poll(rk, 10);
    } while (err == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    if (err) die("produce", rd_kafka_err2str(err));
}
int main(void) {
    const char *servers = setting("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"), *prefix = setting("TOPIC_PREFIX", "");
    long total = atol(setting("EVENTS", "1500000")), warm = atol(setting("WARM_UP", "300000")), n = 0;
    char id[256], in[256], out[256], log[256];
    snprintf(id, sizeof id, "%s%s", prefix, setting("APPLICATION", "copy"));
    snprintf(in, sizeof in, "%sinputs", prefix); snprintf(out, sizeof out, "%soutputs", prefix); snprintf(log, sizeof log, "%schangelog", prefix);
    rd_kafka_t *c = client(RD_KAFKA_CONSUMER, (const char *[][2]){{"bootstrap.servers", servers}, {"group.id", id},
        {"enable.auto.commit", "false"}, {"isolation.level", "read_committed"}, {"auto.offset.reset", "earliest"},
        {"partition.assignment.strategy", "range"}, {0, 0}});
    rd_kafka_t *p = client(RD_KAFKA_PRODUCER, (const char *[][2]){{"bootstrap.servers", servers}, {"transactional.id", id},
        {"transaction.timeout.ms", "10000"}, {"message.timeout.ms", "8000"}, {"linger.ms", "5"}, {"partitioner", "murmur2_random"}, {0, 0}});
    check(rd_kafka_init_transactions(p, 30000), "init");
    rd_kafka_topic_t *to = rd_kafka_topic_new(p, out, NULL), *tl = rd_kafka_topic_new(p, log, NULL);
    rd_kafka_poll_set_consumer(c);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, in, -1);
    rd_kafka_subscribe(c, topics);
    rd_kafka_topic_partition_list_t *positions = rd_kafka_topic_partition_list_new(8);
    double began = 0, w0 = 0, p0 = 0, w1 = 0, p1 = 0;
    int open = 0;
    while (n < total) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(c, 100);
        if (m && !m->err) {
            if (!n) w0 = wall(), p0 = processor();
            if (!open) { check(rd_kafka_begin_transaction(p), "begin"); open = 1; began = wall(); }
            rd_kafka_headers_t *h = NULL, *copy = rd_kafka_message_headers(m, &h) ? rd_kafka_headers_new(0) : rd_kafka_headers_copy(h);
            put(p, to, RD_KAFKA_PARTITION_UA, m, copy);
            put(p, tl, m->partition, m, rd_kafka_headers_new(0));
            rd_kafka_topic_partition_t *at = rd_kafka_topic_partition_list_find(positions, in, m->partition);
            if (!at) at = rd_kafka_topic_partition_list_add(positions, in, m->partition);
            at->offset = m->offset + 1;
            if (++n == warm) w1 = wall(), p1 = processor();
        }
        if (m) rd_kafka_message_destroy(m);
        if (open && (wall() - began >= 0.1 || n >= total)) {
            rd_kafka_consumer_group_metadata_t *g = rd_kafka_consumer_group_metadata(c);
            check(rd_kafka_send_offsets_to_transaction(p, positions, g, -1), "offsets");
            rd_kafka_consumer_group_metadata_destroy(g);
            check(rd_kafka_commit_transaction(p, -1), "commit");
            open = 0;
        }
    }
    double w2 = wall(), p2 = processor();
    printf("cold %ld %f %f\nsteady %ld %f %f\n", warm, w1 - w0, p1 - p0, total - warm, w2 - w1, p2 - p1);
    long pages = 0; FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%*d %ld", &pages) == 1) printf("memory %ld\n", pages * 4096 / 1000000);
    fflush(stdout);
    _exit(0);
}
