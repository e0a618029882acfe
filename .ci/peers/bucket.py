"""A server of buckets for tests: moto, which speaks S3, with one bucket named `docket`.

    python bucket.py

On the standard input, `list` has it tell the names of what is in the bucket, one line of JSON."""

import json
import sys

import boto3
from moto.server import ThreadedMotoServer


def main() -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    bucket = boto3.resource("s3", endpoint_url=f"http://{host}:{port}", **access).create_bucket(Bucket="docket")
    print(f"listens on {port}", flush=True)
    for line in sys.stdin:
        if line.strip() == "list":
            print(json.dumps(sorted(found.key for found in bucket.objects.all())), flush=True)
    server.stop()


main()
