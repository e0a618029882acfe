# Two stages: SQLite and libpq are compiled into the binary; OpenSSL, which libpq speaks TLS with, is
# Debian's, so that its updates come with the base image.
FROM rust:1-bookworm AS builder
RUN apt-get update && apt-get install -y --no-install-recommends libssl-dev pkg-config && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN cargo build --release --locked --features pg-tls,s3 && strip target/release/docket

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin docket \
    && install -d -o docket -g docket /data
COPY --from=builder /build/target/release/docket /usr/local/bin/docket
USER docket
WORKDIR /data
VOLUME /data
ENV DOCKET_LISTEN=0.0.0.0:8080 DOCKET_DATABASE_URL=sqlite:/data/docket.db DOCKET_DATA_DIR=/data/docket-data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["docket"]
CMD ["serve"]
