import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { faultOf, rehearse } from '../../agent/beats/rehearse.ts'
import { configure } from '../../agent/configure.ts'
import type { ConfiguredStep, Plan } from '../../agent/plan.ts'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { readDocument } from '../../config/source/document.ts'
import { codeOf, messageOf } from '../../errors.ts'
import type { MutableEvent } from '../../processor.ts'
import { didYouMean } from '../../suggest.ts'
import type { Call } from '../command.ts'
import { print } from '../print.ts'
import { UsageError } from '../usage-error.ts'

/** Passes the events of a file through the configured processors, and prints what comes out. */
export async function testPipeline(call: Call): Promise<ExitCode> {
  const plan = await configure(readDocument(call.source))
  const lists = listsOf(plan, call.value('beat'))
  const file = call.operand ?? '-'
  const name = file === '-' ? 'standard input' : file
  const { events, faults } = await readEvents(file, name)
  if (faults.length > 0) {
    process.stderr.write(faults.map(fault => `${fault}\n`).join(''))
    return EXIT.failure
  }
  const rehearsal = rehearse(lists)
  try {
    for (const { line, event } of events) {
      const explain = (words: string) => void process.stderr.write(`${name}:${line}: ${words}\n`)
      const passed = rehearsal.pass(event, call.has('explain') ? explain : undefined)
      if (passed !== undefined) await print(`${JSON.stringify(passed)}\n`)
    }
  } finally {
    rehearsal.close()
  }
  for (const [processor, count] of rehearsal.failed) {
    const what = count === 1 ? 'one event' : `${count} events`
    process.stderr.write(`warning: the processor ${processor} failed at ${what}\n`)
  }
  return EXIT.ok
}

/** The lists of the beat that is asked for, or of the only one; else those of the agent alone. */
function listsOf(
  { beats, processors }: Plan,
  id: string | undefined,
): readonly (readonly ConfiguredStep[])[] {
  const ids = beats.map(beat => beat.id)
  const beat = id === undefined ? undefined : beats.find(each => each.id === id)
  if (id !== undefined && beat === undefined) {
    const near = didYouMean(id, ids)
    throw new UsageError(`no enabled beat has the id ${id}${near}: one of ${ids.join(', ')}`)
  }
  const [only, ...others] = beats
  const chosen = beat ?? (others.length === 0 ? only : undefined)
  if (chosen === undefined && beats.some(each => each.processors[0]?.length)) {
    const note = `the processors of the agent only; --beat adds those of one of ${ids.join(', ')}`
    process.stderr.write(`note: ${note}\n`)
  }
  return chosen?.processors ?? [processors]
}

interface Written {
  readonly events: readonly { readonly line: number; readonly event: MutableEvent }[]
  readonly faults: readonly string[]
}

async function readEvents(file: string, name: string): Promise<Written> {
  const events: { line: number; event: MutableEvent }[] = []
  const faults: string[] = []
  for (const [at, written] of (await contentsOf(file, name)).split('\n').entries()) {
    if (written.trim() === '') continue
    const parsed = parse(written)
    const fault = 'fault' in parsed ? parsed.fault : faultOf(parsed.event)
    if (fault === undefined && 'event' in parsed) events.push({ line: at + 1, event: parsed.event })
    else faults.push(`${name}:${at + 1}: ${fault}; each line must be one event, such as ${EXAMPLE}`)
  }
  if (events.length + faults.length === 0) {
    faults.push(`${name}: has no events; each line must be one, such as ${EXAMPLE}`)
  }
  return { events, faults }
}

const EXAMPLE = '{"message":"hello"}'

function parse(line: string): { readonly event: MutableEvent } | { readonly fault: string } {
  try {
    return { event: JSON.parse(line) }
  } catch (error) {
    return { fault: `is not JSON (${messageOf(error)})` }
  }
}

async function contentsOf(file: string, name: string): Promise<string> {
  try {
    return await text(file === '-' ? process.stdin : createReadStream(file))
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'no such file' : messageOf(error)
    throw new UsageError(`${name}: ${reason}`)
  }
}
