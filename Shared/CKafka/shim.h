// librdkafka and its embedded mock cluster, as Swift sees them.
//
// The one inline function exists because `rd_kafka_producev` is variadic, which Swift cannot import.
#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// Enqueues one message. The headers are owned by librdkafka when this returns without error, else by the caller.
static inline rd_kafka_resp_err_t ck_produce(
    rd_kafka_t *rk, rd_kafka_topic_t *topic, int32_t partition, const void *_Nullable key, size_t key_size,
    const void *_Nullable value, size_t value_size, int64_t timestamp, rd_kafka_headers_t *_Nullable headers,
    void *_Nullable opaque) {
    if (headers == NULL) {
        return rd_kafka_producev(
            rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE((void *)value, value_size),
            RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
    }
    return rd_kafka_producev(
        rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_TIMESTAMP(timestamp),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}
