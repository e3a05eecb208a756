// The start of an installed agent, as systemd sees it.
import { spawnSync } from 'node:child_process'
import { InstalledAgent } from '../lib/boot/installed-agent.ts'
import { boot, type Machine } from '../lib/boot/machine.ts'
import { testRoot } from '../tools/boot/root.ts'
import { deliver, NAME, packageSample } from '../tools/boot/sample.ts'
import { inTurns } from './rounds.ts'
import { compared, printTable } from './table.ts'

const ROUNDS = 9

/** The time until an agent installed on a plain Debian sends READY=1 to systemd. Needs root. */
export async function benchInstalled(): Promise<void> {
  if (process.getuid?.() !== 0 || spawnSync('systemd-nspawn', ['--version']).status !== 0) {
    console.log('\n## READY=1 under systemd: skipped, needs root and systemd-nspawn (.ci/packages)')
    return
  }
  const root = await testRoot()
  try {
    deliver(packageSample('1.0.0'), root.upper)
    const machine = await boot(root)
    try {
      await measure(machine)
    } finally {
      await machine.stop()
    }
  } finally {
    root.remove()
  }
}

async function measure(machine: Machine): Promise<void> {
  machine.run(`dpkg -i /packages/${NAME}_1.0.0-1_amd64.deb`)
  machine.run(`printf secret >/etc/${NAME}/credentials/token`)
  const agent = new InstalledAgent(machine, NAME)
  const { bare, ready } = await inTurns(ROUNDS, {
    bare: () => durationOf(machine, `/usr/share/${NAME}/bin/node -e 0`),
    ready: () => {
      machine.run(`systemctl start ${NAME}`)
      const ms = timeToReady(agent)
      machine.run(`systemctl stop ${NAME}; systemctl reset-failed ${NAME} || true`)
      return ms
    },
  })
  printTable(
    `Installed, under systemd, ${ROUNDS} of each in turns`,
    compared('ms', [
      ['node -e 0', bare],
      ['agent (host, audit and a custom beat) until READY=1', ready],
    ]),
  )
}

/** The duration of a command, in milliseconds. */
function durationOf(machine: Machine, command: string): number {
  const nanoseconds = machine.run(`a=$(date +%s%N); ${command}; b=$(date +%s%N); echo $((b - a))`)
  return Number(nanoseconds) / 1e6
}

/** Milliseconds by systemd's own clock, from the fork on: includes the sandboxing of the unit. */
function timeToReady(agent: InstalledAgent): number {
  const at = (name: string) => Number(agent.property(name))
  return (at('ActiveEnterTimestampMonotonic') - at('ExecMainStartTimestampMonotonic')) / 1000
}
