// What root starts as the command of an installed agent, in place of the command itself, which becomes the agent's
// user. The modules that it imports then have nothing of root's terminal: to type into it (TIOCSTI), to read from
// it, or to write escape sequences to it.
//
//   session      its own, so that no terminal controls it, with its own process group
//   descriptors  /dev/null and two sockets to this process; others that root has left open are closed
//   privileges   no capability in any set, and none to be gained (no_new_privs)
//   keys         none of root's session
//   end          its exit code becomes that of this process; if this process is killed, it gets SIGTERM
//
// This process stays root, so it imports nothing of the agent but the addon, and takes nothing from the command but bytes.

import { spawn } from 'node:child_process'
import { asUser, lackingCapabilities } from './as-user.ts'
import { closeInherited } from './descriptors.ts'
import { endAs } from './end.ts'
import { leaveSessionKeyring } from './keyring.ts'
import { relayOutput } from './output.ts'
import { relaySignals } from './signals.ts'
import { environmentFor } from './terminal.ts'

const [user = '', ...command] = process.argv.slice(2)

function fail(reason: string): void {
  process.stderr.write(`${user}: can't run as the user ${user}: ${reason}\n`)
  process.exitCode = 1
}

function start(): void {
  const { file, args } = asUser(user, command)
  const env = environmentFor([process.stdout, process.stderr], process.env, process.pid)
  const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env })
  child.once('error', ({ message }) => fail(`${file} of util-linux does not start: ${message}`))
  if (child.pid === undefined) return
  relaySignals(child)
  relayOutput(child)
  child.once('close', endAs)
}

try {
  closeInherited()
  leaveSessionKeyring()
  const lacking = lackingCapabilities()
  if (lacking.length > 0) fail(`root lacks ${lacking.join(', ')} here`)
  else start()
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}
