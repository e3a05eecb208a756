// Takes an agent that a package has brought through its first minute under systemd, and says how it went: from
// what systemd and the kernel report, not from what the agent says about itself. The steps are independent of
// the test runner, and each is one line: what was found, or why it failed and what to do.
// Events can only be read where they are written: of an agent with another output than the console, in a second
// start with that one, from a drop-in that leaves the rest of the unit as it is.

import { setTimeout as pause } from 'node:timers/promises'
import { InstalledAgent } from './installed-agent.ts'
import type { Machine } from './machine.ts'
import type { PackageFile } from './package-file.ts'

export interface BootStep {
  readonly step: 'install' | 'ready' | 'seal' | 'unit' | 'events' | 'stop'
  readonly found: string
  /** What to do. Set if the step has failed. */
  readonly hint?: string
  /** Text of the system or the agent, or events as JSON. */
  readonly lines?: readonly string[]
}

interface Options {
  /** Their names, of files in `CREDENTIALS`. */
  readonly credentials: readonly string[]
  /** How long to wait for the first event. */
  readonly eventsMs: number
  readonly signal: AbortSignal
  /** Told what begins, in a few words, as that may take a while. */
  readonly begin: (words: string) => void
}

/** The folder in the machine with the credentials that its agent is to get. */
export const CREDENTIALS = '/root/credentials'

/** Ends after the first step without which the others can't be. */
export async function* bootSteps(
  machine: Machine,
  /** Its path is that in the machine. */
  { name, version, path }: PackageFile,
  options: Options,
): AsyncGenerator<BootStep> {
  const agent = new InstalledAgent(machine, name)
  options.begin('Installing')
  const install = installed(machine, `${name} ${version}`, path)
  yield install
  if (install.hint !== undefined) return
  options.begin('Starting')
  const ready = started(machine, name, agent, options)
  yield ready
  if (ready.hint !== undefined) return
  yield sealed(agent)
  yield scored(machine, agent)
  options.signal.throwIfAborted()
  options.begin('Waiting for events')
  yield await published(machine, name, agent, options)
  options.begin('Stopping')
  yield stopped(machine, name, agent)
}

function installed(machine: Machine, what: string, path: string): BootStep {
  const { ms, code, text } = timed(() => machine.attempt(`dpkg --install '${path}'`))
  const said = text.trim().split('\n')
  if (code === 0) {
    const warnings = said.filter(line => /^(warning|note): /.test(line))
    return { step: 'install', found: `${what}, in ${seconds(ms)}`, ...withLines(warnings) }
  }
  const hint = 'see what dpkg says; what it depends on is installed from the Debian of --suite'
  return { step: 'install', found: `dpkg ends with ${code}`, hint, lines: said.slice(-15) }
}

function started(
  machine: Machine,
  name: string,
  agent: InstalledAgent,
  { credentials }: Options,
): BootStep {
  const unit = machine.run(`systemctl cat ${name}`)
  const wanted = Array.from(unit.matchAll(/^LoadCredential=([^:\n]+):/gm), ([, each = '']) => each)
  const missing = wanted.filter(each => !credentials.includes(each))
  for (const credential of missing) {
    machine.run(`printf stand-in >'/etc/${name}/credentials/${credential}'`)
  }
  for (const credential of credentials) {
    machine.run(`cp '${CREDENTIALS}/${credential}' '/etc/${name}/credentials/'`)
  }
  const { ms, code } = timed(() => machine.attempt(`systemctl start ${name}`))
  if (code === 0) {
    const note = `note: using "stand-in" for ${missing.join(', ')} (--credential NAME=FILE)`
    const lines = [agent.property('StatusText'), ...(missing.length > 0 ? [note] : [])]
    return { step: 'ready', found: `READY=1 after ${seconds(ms)}`, lines }
  }
  const found = `${agent.property('Result')}, exit code ${agent.property('ExecMainStatus')}`
  return { step: 'ready', found, hint: 'see the journal of the unit', lines: lastOf(agent) }
}

function sealed(agent: InstalledAgent): BootStep {
  const modes = agent.statuses('Seccomp')
  const noNewPrivs = agent.statuses('NoNewPrivs')
  const capabilities = [...new Set(agent.statuses('CapEff'))].filter(set => /[^0]/.test(set))
  const status = agent.property('StatusText')
  const all = modes.length
  const count = (values: readonly string[], value: string) =>
    `${values.filter(each => each === value).length} of ${all}`
  const landlock = agent.logged().find(({ message }) => /^Landlock/.test(String(message)))
  const found = [
    `filter on ${count(modes, '2')} threads`,
    `no_new_privs on ${count(noNewPrivs, '1')}`,
    capabilities.length === 0 ? 'no capability' : `capabilities ${capabilities.join(', ')}`,
  ].join('; ')
  // A unit grants some on purpose, of a plugin that declares them.
  const isGranted = agent.property('AmbientCapabilities') !== ''
  const isSealed =
    status.startsWith('sandboxed') &&
    modes.every(mode => mode === '2') &&
    noNewPrivs.every(flag => flag === '1') &&
    (capabilities.length === 0 || isGranted)
  if (isSealed) {
    const lines = [
      `user ${agent.property('User')}`,
      String(landlock?.message ?? 'nothing logged about Landlock'),
    ]
    return { step: 'seal', found, lines }
  }
  const hint = 'not every thread is sealed, or not by a filter of its own: see the log'
  return { step: 'seal', found, hint, lines: lastOf(agent) }
}

function scored(machine: Machine, agent: InstalledAgent): BootStep {
  const id = agent.property('Id')
  const said = machine.run(`systemd-analyze security --no-pager ${id} | tail -n 1`)
  const [, score = 'unknown'] = /level for [^:]+: ([\d.]+ \S+)/.exec(said) ?? []
  return {
    step: 'unit',
    found: `exposure ${score} (systemd-analyze security, of 10; less is safer)`,
  }
}

/** How many of the first events are shown. */
const SHOWN = 5

async function published(
  machine: Machine,
  name: string,
  agent: InstalledAgent,
  { eventsMs, signal }: Options,
): Promise<BootStep> {
  const output = outputOf(machine, name)
  if (output !== 'console') useConsole(machine, name, output)
  const deadline = Date.now() + eventsMs
  while (agent.events().length === 0 && Date.now() < deadline) {
    await pause(200, undefined, { signal })
  }
  const first = agent.events()
  const instead = output === 'console' ? '' : `, with output.console in place of output.${output}`
  if (first.length === 0) {
    const hint = 'wait longer (--for), or look at the journal of the unit'
    const found = `none within ${seconds(eventsMs)}${instead}`
    return { step: 'events', found, hint, lines: lastOf(agent) }
  }
  const found = `${first.length} so far${instead}; the first:`
  const lines = first.slice(0, SHOWN).map(event => JSON.stringify(event))
  return { step: 'events', found, lines }
}

/** The id of the one output that is enabled, by the configuration in effect. */
function outputOf(machine: Machine, name: string): string {
  const { text } = machine.attempt(`${name} export config`)
  const [, section = ''] = /^output:.*\n((?: .*\n)+)/m.exec(text) ?? []
  const enabled = section.split(/^(?= {2}\S)/m).find(each => !/^ {4}enabled: false/m.test(each))
  return /^ {2}([\w-]+):/.exec(enabled ?? '')?.[1] ?? 'console'
}

function useConsole(machine: Machine, name: string, output: string): void {
  const options = [
    `-E output.${output}.enabled=false`,
    '-E output.console.enabled=true -E output.console.format=json',
  ].join(' ')
  const folder = `/run/systemd/system/${name}.service.d`
  machine.run(`mkdir -p ${folder}
    printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/%s run %s\\n' ${name} '${options}' >${folder}/boot.conf
    systemctl daemon-reload`)
  machine.attempt(`systemctl restart ${name}`)
}

function stopped(machine: Machine, name: string, agent: InstalledAgent): BootStep {
  const { ms } = timed(() => machine.attempt(`systemctl stop ${name}`))
  const result = agent.property('Result')
  const found = `${result}, after ${seconds(ms)}`
  if (result === 'success') return { step: 'stop', found }
  return { step: 'stop', found, hint: 'see the journal of the unit', lines: lastOf(agent) }
}

function lastOf(agent: InstalledAgent): readonly string[] {
  return agent.journal().filter(Boolean).slice(-15)
}

function timed<T extends object>(act: () => T): T & { readonly ms: number } {
  const begun = Date.now()
  return { ...act(), ms: Date.now() - begun }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function withLines(lines: readonly string[]): { readonly lines?: readonly string[] } {
  return lines.length > 0 ? { lines } : {}
}
