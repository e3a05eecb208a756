import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { builtinNames, type PluginKind } from '../../agent/plugins/load.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { AgentError, codeOf, messageOf } from '../../errors.ts'
import { version } from '../../own-package.ts'
import type { Call } from '../command.ts'
import { print } from '../print.ts'
import { UsageError } from '../usage-error.ts'
import { type Dependency, dependencyFor } from './dependency.ts'
import { filesOf, type Template } from './template.ts'

export function newBeat(call: Call): Promise<ExitCode> {
  return writePackage('beat', call)
}

export function newOutput(call: Call): Promise<ExitCode> {
  return writePackage('output', call)
}

export function newProcessor(call: Call): Promise<ExitCode> {
  return writePackage('processor', call)
}

export function newAgent(call: Call): Promise<ExitCode> {
  return writePackage('agent', call)
}

async function writePackage(
  template: Template,
  { operand: name = '', value }: Call,
): Promise<ExitCode> {
  requireName(name, template === 'agent' ? 'beat' : template)
  const folder = resolve(name)
  requireEmpty(folder, name)
  const dependency = dependencyFor(folder, value('from'))
  const files = filesOf(template, { name, version: version(), dependency })
  writeFiles(folder, files)
  await print(reportOf(name, [...files.keys()], dependency))
  return EXIT.ok
}

function reportOf(name: string, files: readonly string[], { install }: Dependency): string {
  const written = files.map(file => `  ${name}/${file}\n`).join('')
  // An output sends its events somewhere.
  const peer = files.includes('src/receive.ts') ? ['npm run receive &'] : []
  const next = [`cd ${name}`, install, ...peer, 'npm start'].map(line => `  ${line}\n`).join('')
  return `Written:\n${written}Next:\n${next}`
}

/** @throws AgentError `OPEN_FAILED` unless the folder is empty or doesn't exist */
function requireEmpty(folder: string, name: string): void {
  const problem = problemOf(folder)
  if (problem) throw new AgentError('OPEN_FAILED', `${name} ${problem}: choose another name`)
}

function problemOf(folder: string): string | undefined {
  try {
    return readdirSync(folder).length > 0 ? 'exists and is not empty' : undefined
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return undefined
    return code === 'ENOTDIR' ? 'exists and is not a folder' : `can't be read (${messageOf(error)})`
  }
}

/** Writes the files, by path. A file that has appeared there meanwhile is not overwritten but an error. */
function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  try {
    for (const [path, text] of files) {
      // Whatever the umask: the agent refuses what others may write.
      mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o755 })
      writeFileSync(join(folder, path), text, { flag: 'wx', mode: 0o644 })
    }
  } catch (error) {
    throw new AgentError('OPEN_FAILED', messageOf(error), { cause: error })
  }
}

/** The name of a plugin (see lib/agent/plugins/shape.ts), and no longer than npm accepts. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,213}$/

/** @throws UsageError if a package and a plugin of this kind can't both have this name */
function requireName(name: string, kind: PluginKind): void {
  const why = objectionTo(name, kind)
  if (why) throw new UsageError(`${JSON.stringify(name)} can't be the name: ${why}`)
}

function objectionTo(name: string, kind: PluginKind): string | undefined {
  if (!NAME.test(name))
    return 'use lower case letters, digits, - and _, with a letter or digit first'
  if (builtinNames(kind).includes(name)) return `a built-in ${kind} has it`
  // Node looks for a built-in module before it looks for a package.
  if (isBuiltin(name)) return 'a built-in module of Node has it'
  // A package can't depend on one with its own name; node_modules is the folder that npm installs into.
  return ['sealbeat', 'node_modules'].includes(name) ? 'npm refuses it' : undefined
}
