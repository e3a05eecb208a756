"""`receiver.py PATH`: a service manager's end of sd_notify(3). Prints each message as a line of JSON with
the sender's seccomp modes at that moment; PATH may be @NAME, an abstract address."""
import json, os, socket, struct, sys

path = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
receiver.bind("\0" + path[1:] if path.startswith("@") else path)
print("ready", flush=True)
while True:
    data, control, _, _ = receiver.recvmsg(4096, socket.CMSG_SPACE(12))
    pid, _, _ = struct.unpack("3i", control[0][2])
    modes = set()
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/status") as status:
                modes |= {line.split()[1] for line in status if line.startswith("Seccomp:")}
    except OSError:
        pass
    state = dict(line.split("=", 1) for line in data.decode().split("\n"))
    print(json.dumps({"pid": pid, "modes": sorted(modes), **state}), flush=True)
