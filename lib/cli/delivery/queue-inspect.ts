import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { parseConfig } from '../../config/parse.ts'
import { readDocument } from '../../config/source/document.ts'
import { AgentError } from '../../errors.ts'
import { type Inspected, inspect } from '../../pipeline/queues/disk/inspect.ts'
import { openFailed } from '../../system-errors.ts'
import type { Call } from '../command.ts'
import { printJson, printLines } from '../print.ts'

/** What the queue on the disk holds, and whether it is sound: also beside the agent that uses it. */
export async function queueInspect({ source, has }: Call): Promise<ExitCode> {
  const { config, problems } = parseConfig(readDocument(source))
  problems.throwIfAny()
  const { disk } = config.queue
  if (disk === undefined) {
    throw new AgentError('OPEN_FAILED', 'the queue is in memory: queue.disk.max_size is not set')
  }
  const found = await inspect(disk.path).catch(error => {
    throw openFailed('queue.disk', error)
  })
  const summary = summaryOf(disk.path, found)
  if (has('json')) await printJson({ ...summary, ...forPrograms(found) })
  else await printLines(textOf(summary, found))
  return summary.ok ? EXIT.ok : EXIT.failure
}

function summaryOf(path: string, { segments, stuck, position }: Inspected) {
  // All that is in a file of events that were stored again is sent by the next start.
  const files = [...segments, ...stuck.map(file => ({ ...file, waiting: file.events }))]
  const sum = (of: (file: (typeof files)[number]) => number) =>
    files.reduce((all, file) => all + of(file), 0)
  const isSound = segments.every(
    ({ damage, isHeaderDamaged }) => damage.length === 0 && !isHeaderDamaged,
  )
  const isStuckSound = stuck.every(({ isDamaged }) => !isDamaged)
  return {
    ok: isSound && isStuckSound && (position !== undefined || segments.length === 0),
    path,
    bytes: sum(({ bytes }) => bytes),
    events: sum(({ events }) => events),
    waiting: sum(({ waiting }) => waiting),
  }
}

function forPrograms({ segments, ...rest }: Inspected) {
  return {
    ...rest,
    position: rest.position ?? null,
    segments: segments.map(({ oldestMs, newestMs, ...segment }) => ({
      ...segment,
      oldest: timeOf(oldestMs),
      newest: timeOf(newestMs),
    })),
  }
}

function textOf({ path, bytes, waiting }: ReturnType<typeof summaryOf>, found: Inspected): string {
  const lines = [`${path}: ${waiting} events waiting, ${bytes} bytes`]
  for (const segment of found.segments) {
    const { file, events, waiting: left, oldestMs, newestMs } = segment
    const times = oldestMs === undefined ? '' : `, ${timeOf(oldestMs)} to ${timeOf(newestMs)}`
    lines.push(`  ${file}  ${left} of ${events} events waiting, ${segment.bytes} bytes${times}`)
    if (segment.isHeaderDamaged) lines.push('    damaged: its header')
    for (const { offset, bytes: length } of segment.damage) {
      lines.push(`    damaged: ${length} bytes from byte ${offset} on`)
    }
  }
  for (const { file, events, bytes: size, isDamaged } of found.stuck) {
    lines.push(`  ${file}  ${events} events that were stored again, ${size} bytes`)
    if (isDamaged) lines.push('    damaged')
  }
  if (found.position === undefined)
    lines.push('  position  missing or damaged: all events are sent again')
  if (found.unfinishedBytes > 0)
    lines.push(`  unfinished write at the end: ${found.unfinishedBytes} bytes`)
  for (const file of found.setAside) lines.push(`  ${file}  set aside`)
  return `${lines.join('\n')}\n`
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}
