import { resolve } from 'node:path'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { version } from '../../agent/version.ts'
import type { Call } from '../command.ts'
import { print } from '../print.ts'
import { type Dependency, dependencyFor } from './dependency.ts'
import { requireEmpty, writeFiles } from './folder.ts'
import { requireName } from './name.ts'
import { filesOf, type Template } from './template.ts'

export function newBeat(call: Call): Promise<ExitCode> {
  return writePackage('beat', call)
}

export function newAgent(call: Call): Promise<ExitCode> {
  return writePackage('agent', call)
}

async function writePackage(
  template: Template,
  { operand: name = '', value }: Call,
): Promise<ExitCode> {
  requireName(name)
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
  const next = [`cd ${name}`, install, 'npm start'].map(line => `  ${line}\n`).join('')
  return `Written:\n${written}Next:\n${next}`
}
