"""OpenStack Swift with its S3 API in one process: account, container, object and proxy server on free ports of
127.0.0.1, one replica, one device.

    serve.py FOLDER USER KEY

keeps everything in FOLDER, prints "listening at http://127.0.0.1:PORT" or "not possible: REASON", and when its standard
input ends, that is with the process that started it, removes FOLDER and ends. Every server is Swift's own, without the
daemons, /etc/swift and memcached.
"""

import errno
import logging
import os
import pwd
import shutil
import sys
import time
import traceback
import warnings


def refuse(reason):
    print("not possible: %s" % reason, flush=True)
    sys.exit(1)


try:
    import eventlet
    import eventlet.hubs
    import eventlet.wsgi
    import swift.common.middleware.s3api.s3api  # noqa: F401
    import xattr
    from swift.common import utils, wsgi
    from swift.common.ring import RingBuilder
except ImportError as e:
    refuse("OpenStack Swift is not installed: %s" % e)

COMMON = """[DEFAULT]
swift_dir = {folder}
devices = {folder}
mount_check = false
fallocate_reserve = 0
user = {user}
log_level = WARNING
log_name = {server}
# Tests share a small machine: late is not wrong.
node_timeout = 60
conn_timeout = 10
container_update_timeout = 60
"""

BACKEND = """
[pipeline:main]
pipeline = {server}-server

[app:{server}-server]
use = egg:swift#{server}
node_timeout = 60
conn_timeout = 10
"""

PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
node_timeout = 60
recoverable_node_timeout = 60
conn_timeout = 10

[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
paste.filter_factory = __main__:forgetful
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
# S3's own limits: Swift's defaults are 1,000 parts.
[filter:s3api]
use = egg:swift#s3api
max_upload_part_num = 10000
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{name} = {key} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
max_manifest_size = 16777216
[filter:dlo]
use = egg:swift#dlo
"""

SERVERS = {"account": BACKEND, "container": BACKEND, "object": BACKEND, "proxy": PROXY}


class ForgetfulCache:
    """Stands where memcached would: authentication asks that there be a cache, not that it remembers."""

    def get(self, *args, **kwargs):
        return None

    def set(self, *args, **kwargs):
        pass

    delete = set


def forgetful(global_conf, **local_conf):
    def add(app):
        def call(env, start_response):
            env["swift.cache"] = ForgetfulCache()
            return app(env, start_response)
        return call
    return add


def require_attributes(folder):
    """An object's metadata are extended attributes of its file."""
    path = os.path.join(folder, "attributes")
    with open(path, "w"):
        pass
    try:
        xattr.setxattr(path, "user.swift.metadata", b"x" * 2048)
    except OSError as e:
        refuse("no extended attributes in %s: %s" % (folder, errno.errorcode.get(e.errno, e)))


def build_ring(path, port):
    ring = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
    ring.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1",
                  "replication_port": port, "device": "device", "weight": 1})
    ring.rebalance(seed="1")
    ring.get_ring().save(path)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def serve(app, listener):
    # As run_server of swift.common.wsgi, which has a process to itself.
    eventlet.wsgi.server(
        listener, app, utils.NullLogger(), custom_pool=eventlet.GreenPool(1024), protocol=wsgi.SwiftHttpProtocol,
        socket_timeout=60, capitalize_response_headers=False)


def main(folder, user, key):
    account, name = user.split(":")
    # Header names in lower case are what Swift asks of eventlet.
    warnings.simplefilter("ignore", DeprecationWarning)
    os.environ["TZ"] = "UTC+0"
    time.tzset()
    eventlet.hubs.use_hub(wsgi.get_hub())
    utils.eventlet_monkey_patch()
    # Its log is the tests', not the machine's.
    utils.ThreadSafeSysLogHandler = lambda *args, **kwargs: logging.StreamHandler(sys.stderr)
    require_attributes(folder)
    os.mkdir(os.path.join(folder, "device"))
    write(os.path.join(folder, "swift.conf"), "[swift-hash]\nswift_hash_path_suffix = berth\n")
    utils.set_swift_dir(folder)

    for server in ("account", "container", "object", "proxy"):
        path = write(os.path.join(folder, "%s-server.conf" % server), (COMMON + SERVERS[server]).format(
            server=server, folder=folder, user=pwd.getpwuid(os.geteuid()).pw_name,
            account=account, name=name, key=key))
        listener = eventlet.listen(("127.0.0.1", 0), backlog=4096)
        port = listener.getsockname()[1]
        if server != "proxy":
            build_ring(os.path.join(folder, "%s.ring.gz" % server), port)
        eventlet.spawn_n(serve, wsgi.loadapp(path, global_conf={"log_name": server}), listener)

    print("listening at http://127.0.0.1:%d" % port, flush=True)
    eventlet.hubs.trampoline(sys.stdin.fileno(), read=True)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as e:
        traceback.print_exc()
        refuse("%s: %s" % (type(e).__name__, e))
