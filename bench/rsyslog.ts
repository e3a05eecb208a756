// rsyslog doing what the agent does in the tables of the pipeline and of outputs: it brings lines, which it reads from
// a file (imfile), into another one or to a server, with its own defaults.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import type { Run } from './flood.ts'
import { type Forwarder, forwarderRun, type HasCome, type Lines } from './forwarder.ts'

/** The rsyslogd of this machine, which is in no ordinary user's PATH; or undefined. */
export function rsyslogd(): string | undefined {
  const candidates = ['rsyslogd', '/usr/sbin/rsyslogd']
  return candidates.find(file => spawnSync(file, ['-v'], { timeout: 10_000 }).status === 0)
}

/** Where rsyslog brings the lines. */
interface Destination {
  /** The module of the action, unless it is always there. */
  readonly module?: string
  /** With a template `line`, or `ended` by a newline. `path` is a folder of its own. */
  action(path: string): string
}

/** A file. */
export function rsyslogCopy(program: string, lines: Lines): Promise<Run> {
  const action = (path: string) => `action(type="omfile" file="${path}/out" template="ended")`
  const hasCome: HasCome = (path, _, bytes) => sizeOf(`${path}/out`) >= bytes
  return forwarderRun(rsyslog(program, { action }), lines, hasCome)
}

export function rsyslog(program: string, to: Destination): Forwarder {
  return {
    name: 'rsyslogd',
    command: path => [program, '-n', '-f', `${path}/configuration`, '-i', `${path}/pid`],
    sign: 'pid',
    configuration: path => configuration(path, to),
  }
}

function configuration(path: string, { module, action }: Destination): string {
  return `global(workDirectory="${path}/work")
module(load="imfile")
${module === undefined ? '' : `module(load="${module}")`}
template(name="ended" type="string" string="%msg%\\n")
template(name="line" type="string" string="%msg%")
input(type="imfile" file="${path}/in/*" tag="bench" ruleset="bring")
ruleset(name="bring") { ${action(path)} }
`
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
