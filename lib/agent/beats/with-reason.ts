import type { MutableEvent } from '../../processor.ts'

/**
 * The event with the reason of a failure in `error.message`, behind what is there already: an event may come
 * with an error of its own, or more than one processor fail at it. Nothing that it has is lost.
 */
export function withReason(event: MutableEvent, reason: string): MutableEvent {
  const { error } = event
  if (!isMap(error)) return { ...event, error: { message: appended(error, reason) } }
  return { ...event, error: { ...error, message: appended(error.message, reason) } }
}

function appended(before: unknown, reason: string): unknown {
  if (before === undefined || before === null || before === '') return reason
  if (typeof before === 'string') return `${before}; ${reason}`
  return Array.isArray(before) ? [...before, reason] : [before, reason]
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
