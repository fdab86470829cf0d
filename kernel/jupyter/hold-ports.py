"""Listens where a connection file says, and becomes the kernel, which takes the sockets over.

    python -I -S hold-ports.py NODE ARGUMENT... CONNECTION_FILE

Python listens 6 ms after its start, Node 50. A client that finds nobody listening tries again only after
100 to 200 ms (libzmq's interval); one that is connected waits no longer than the kernel takes. Imports only
what is built in: json alone would take as long as Python itself. Whatever is unusual is left to the kernel.
"""
import _socket
import posix
import sys

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


def value_of(text, key):
    return text.partition('"' + key + '"')[2].partition(":")[2].split(",")[0].strip(' \n\r\t}"')


def listen(port):
    one = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    one.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", port))
    one.listen(100)
    return one


def hold(text):
    if value_of(text, "ip") != "127.0.0.1" or value_of(text, "transport") != "tcp":
        return
    held = {channel: listen(int(value_of(text, channel + "_port"))) for channel in CHANNELS}
    names = []
    for channel, one in held.items():
        fd = one.detach()
        posix.set_inheritable(fd, True)
        names.append("%s=%d" % (channel, fd))
    posix.environ[b"REWARDLAB_HELD_PORTS"] = ",".join(names).encode()


try:
    with open(sys.argv[-1], encoding="utf8") as file:
        hold(file.read())
except Exception:
    pass
posix.execve(sys.argv[1], sys.argv[1:], posix.environ)
