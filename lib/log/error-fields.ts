import pino from 'pino'
import { messageOf } from '../errors.ts'
import { plainReason } from '../system-errors.ts'

type Fields = Record<string, unknown>

/** What can be said of a thrown value beyond its message: who refused it, and what to do. */
export type Explain = (thrown: unknown) => string | undefined

/**
 * Replaces `err` or `error`, which may be any thrown value, with the fields of ECS: `error.message`,
 * `error.type`, `error.code` and `error.stack_trace`, which includes the causes. `hint` follows, unless the line
 * has one: what `explain` says of the error, or the error itself in its own `hint`.
 */
export function withErrorFields({ err, error, ...fields }: Fields, explain?: Explain): Fields {
  const thrown = error instanceof Error ? error : err
  if (error !== undefined && thrown !== error) fields.error = error
  if (thrown === undefined) return fields
  try {
    const hint = fields.hint ?? explain?.(thrown) ?? hintOf(thrown)
    return { ...fields, ...fieldsOf(thrown), ...(hint !== undefined && { hint }) }
  } catch {
    // One of its properties is a function that throws: no line is worth less than the agent.
    return { ...fields, 'error.message': messageOf(thrown) }
  }
}

/** An error that says what to do is in words of its own. */
function hintOf(thrown: unknown): string | undefined {
  const { hint } = Object(thrown)
  return thrown instanceof Error && typeof hint === 'string' ? hint : undefined
}

function fieldsOf(thrown: unknown): Fields {
  if (!(thrown instanceof Error)) return { 'error.message': messageOf(thrown) }
  const { type, message, stack } = pino.stdSerializers.err(thrown)
  const { cause } = thrown
  // The serializer appends the cause's message, which our own messages already contain.
  const includesCause =
    hintOf(thrown) !== undefined ||
    (cause instanceof Error &&
      [cause.message, plainReason(cause)].some(said => thrown.message.includes(said)))
  return {
    ...('code' in thrown && thrown.code !== undefined && { 'error.code': String(thrown.code) }),
    'error.message': includesCause ? thrown.message : message,
    'error.type': type,
    'error.stack_trace': stack,
  }
}
