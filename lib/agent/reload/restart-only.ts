import { isDeepStrictEqual } from 'node:util'
import type { Path } from '../../errors.ts'
import type { Plan } from '../configure.ts'
import { changesBetween } from './compare.ts'
import { type Objection, sandboxObjections } from './sandbox-objections.ts'

/**
 * What of a new plan can't be had without a restart: a filter stays as it is, and what was opened
 * before it may not be opened again under it. Empty where all can.
 */
export function restartOnly(running: Plan, wanted: Plan): readonly Objection[] {
  return [
    ...fixedChanges(running, wanted).map(changed),
    ...sandboxObjections(running, wanted),
    ...(running.sandbox.ready ? openObjections(running, wanted) : []),
  ]
}

function openObjections(running: Plan, wanted: Plan): readonly Objection[] {
  const { added, restarted } = changesBetween(running, wanted)
  const unopenable = [...added, ...restarted].filter(({ beat }) => beat.opensUnfiltered)
  return unopenable.map(({ config }) => {
    return { path: config.section.path, message: `beat ${config.id} opens what the filter refuses` }
  })
}

function changed(path: Path): Objection {
  return { path, message: 'has changed' }
}

function fixedChanges(running: Plan, wanted: Plan): readonly Path[] {
  const [a, b] = [running.config, wanted.config]
  return [
    ...outputChanges(running, wanted),
    ...differences(a.queue, b.queue, ['queue']),
    ...differences({ ...a.logging, level: '' }, { ...b.logging, level: '' }, ['logging']),
    ...differences(a.path, b.path, ['path']),
  ]
}

function outputChanges({ output: a }: Plan, { output: b }: Plan): readonly Path[] {
  const path = ['output', b.type.name]
  return a.type === b.type ? differences(a.settings, b.settings, path) : [path]
}

/** The paths of the innermost keys that differ, one of a list being the list's. */
export function differences(a: unknown, b: unknown, path: Path): readonly Path[] {
  if (isDeepStrictEqual(a, b)) return []
  if (!isMap(a) || !isMap(b)) return [path]
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].flatMap(key => differences(a[key], b[key], [...path, key]))
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}
