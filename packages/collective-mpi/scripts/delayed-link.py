"""A wire with a delay between two network namespaces, for kernels without netem: what comes out of a tun device of one goes into that of the
other some milliseconds later. As root: delayed-link.py NAMESPACE ADDRESS NAMESPACE ADDRESS MILLISECONDS; prints "up" and runs until it is killed."""
import collections
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 0x1000, 0x40000000
MTU = 65000


def open_tun(namespace, address):
    with open(f"/run/netns/{namespace}") as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns({namespace})")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"wire", IFF_TUN | IFF_NO_PI))
    ip = ["ip", "-n", namespace]
    subprocess.run([*ip, "addr", "add", f"{address}/24", "dev", "wire"], check=True)
    subprocess.run([*ip, "link", "set", "wire", "up", "mtu", str(MTU), "txqueuelen", "20000"], check=True)
    return device


first, first_address, second, second_address, milliseconds = sys.argv[1:]
delay = float(milliseconds) / 1000
ends = [open_tun(first, first_address), open_tun(second, second_address)]
other = {ends[0]: ends[1], ends[1]: ends[0]}
waiting = {end: collections.deque() for end in ends}
print("up", flush=True)
while True:
    now = time.monotonic()
    for end, packets in waiting.items():
        while packets and packets[0][0] <= now:
            os.write(end, packets.popleft()[1])
    due = min((packets[0][0] for packets in waiting.values() if packets), default=now + 1)
    ready, _, _ = select.select(ends, [], [], max(0, due - time.monotonic()))
    for end in ready:
        for _ in range(16):
            try:
                packet = os.read(end, MTU + 500)
            except BlockingIOError:
                break
            waiting[other[end]].append((time.monotonic() + delay, packet))
