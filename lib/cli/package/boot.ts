import { release } from 'node:os'
import { join, resolve } from 'node:path'
import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { bootPackage } from '../../boot/boot-package.ts'
import { requireBoot } from '../../boot/needs.ts'
import { readPackage, requireDeb } from '../../boot/package-file.ts'
import type { BootStep } from '../../boot/steps.ts'
import { duration } from '../../config/schema/duration.ts'
import { messageOf } from '../../errors.ts'
import { paintFor } from '../../log/readable.ts'
import { terminalOf } from '../../log/terminal.ts'
import type { Call } from '../command.ts'
import { print, printJson } from '../print.ts'
import { UsageError } from '../usage-error.ts'
import { progressOn } from './progress.ts'
import { textOf } from './step-text.ts'
import { untilSignal } from './until-signal.ts'

const EVENTS_MS = 15_000

/** The output of `--json`. `ok` agrees with the exit code. */
interface Finding {
  readonly ok: boolean
  readonly package: string
  readonly version: string
  readonly kernel: string
  readonly steps: readonly (BootStep & { readonly ok: boolean })[]
}

export async function bootCommand(call: Call): Promise<ExitCode> {
  const { value, has, source } = call
  if (['config', 'set'].some(option => call.values(option).length > 0)) {
    throw new UsageError('"boot" takes the configuration in the package: neither -c nor -E')
  }
  const progress = progressOn(process.stderr)
  const options = {
    root: value('root') === undefined ? undefined : resolve(String(value('root'))),
    cache: join(
      source.env.XDG_CACHE_HOME || join(source.env.HOME ?? '/root', '.cache'),
      'sealbeat',
    ),
    suite: value('suite') ?? 'bookworm',
    credentials: new Map(call.values('credential').map(readCredential)),
    network: has('network'),
    eventsMs: readDurationMs(value('for')),
    progress,
  }
  const path = resolve(String(call.operand))
  requireDeb(path)
  const { platform, getuid, env } = process
  requireBoot({ platform, uid: getuid?.(), path: env.PATH ?? '' }, options.root === undefined)
  progress.step('Reading the package')
  const file = readPackage(path)
  progress.end()
  const say = has('json') ? async () => undefined : printStep
  const steps: BootStep[] = []
  await untilSignal(async signal => {
    try {
      for await (const step of bootPackage(file, { ...options, signal })) {
        steps.push(step)
        progress.end()
        await say(step)
      }
    } finally {
      progress.end()
    }
  })
  const shown = steps.map(step => ({ ...step, ok: step.hint === undefined }))
  const ok = shown.every(step => step.ok)
  const { name, version } = file
  if (has('json')) {
    const finding = { ok, package: name, version, kernel: release(), steps: shown }
    await printJson(finding satisfies Finding)
  }
  return ok ? EXIT.ok : EXIT.failure
}

function readCredential(written: string): readonly [name: string, file: string] {
  const [, name, file] = /^([\w.-]+)=(.+)$/s.exec(written) ?? []
  if (name !== undefined && file !== undefined) return [name, resolve(file)]
  throw new UsageError(`--credential must be NAME=FILE, not "${written}"`)
}

function readDurationMs(written: string | undefined): number {
  if (written === undefined) return EVENTS_MS
  try {
    return duration.parse(written)
  } catch (error) {
    throw new UsageError(`--for ${messageOf(error)}`)
  }
}

function printStep(step: BootStep): Promise<void> {
  const terminal = terminalOf(1)
  const columns = terminal?.columns || undefined
  return print(textOf(step, terminal ? { paint: paintFor(process.env), columns } : undefined))
}
