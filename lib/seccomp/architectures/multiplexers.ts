/** The old entry points of 32-bit and other early architectures, with the call for each argument 0 (linux/net.h, linux/ipc.h). */
export const MULTIPLEXERS: Readonly<Record<string, readonly string[]>> = {
  socketcall: [
    ...['', 'socket', 'bind', 'connect', 'listen', 'accept', 'getsockname', 'getpeername'],
    ...['socketpair', 'send', 'recv', 'sendto', 'recvfrom', 'shutdown', 'setsockopt', 'getsockopt'],
    ...['sendmsg', 'recvmsg', 'accept4', 'recvmmsg', 'sendmmsg'],
  ],
  ipc: [
    ...['', 'semop', 'semget', 'semctl', 'semtimedop', '', '', '', '', '', ''],
    ...['msgsnd', 'msgrcv', 'msgget', 'msgctl', '', '', '', '', '', ''],
    ...['shmat', 'shmdt', 'shmget', 'shmctl'],
  ],
}

/** The multiplexer that also makes this call, and its argument 0 for that; undefined if there is none. */
export function multiplexerOf(
  name: string,
): { readonly by: string; readonly argument: bigint } | undefined {
  for (const [by, calls] of Object.entries(MULTIPLEXERS)) {
    const at = calls.indexOf(name)
    if (at > 0) return { by, argument: BigInt(at) }
  }
  return undefined
}
