// `sealbeat export config`: the configuration in effect, as YAML that can be read again, each value with where it is
// from. Secrets are not shown.

import { configure } from '../../agent/configure.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { readDocument } from '../../config/source/document.ts'
import type { Call } from '../command.ts'
import { print } from '../print.ts'
import { type Effective, effectiveOf } from './effective.ts'

export async function exportConfig({ source }: Call): Promise<ExitCode> {
  const document = readDocument(source)
  const effective = effectiveOf(document, await configure(document))
  await print(
    linesOf(effective, '')
      .map(line => `${line}\n`)
      .join(''),
  )
  return EXIT.ok
}

function linesOf(effective: Effective, indent: string): readonly string[] {
  if (effective.kind === 'list') {
    return effective.items.flatMap(item => itemLines(item, indent))
  }
  if (effective.kind === 'value') return [`${indent}${lineOf(effective.text, effective.from)}`]
  return [...effective.entries].flatMap(([key, inner]) => {
    const name = `${indent}${keyText(key)}:`
    if (inner.kind === 'value') return [`${name} ${lineOf(inner.text, inner.from)}`]
    return [name, ...linesOf(inner, `${indent}  `)]
  })
}

/** A map begins behind the dash. */
function itemLines(item: Effective, indent: string): readonly string[] {
  const [first = '', ...more] = linesOf(item, `${indent}  `)
  return [`${indent}- ${first.trimStart()}`, ...more]
}

function lineOf(text: string, from: string): string {
  return from === '' ? text : `${text} # ${from}`
}

function keyText(key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? key : JSON.stringify(key)
}
