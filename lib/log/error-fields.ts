import pino from 'pino'

type Fields = Record<string, unknown>

/**
 * `err` or `error`, whatever was thrown, as ECS has it: `error.message`, `error.type`, `error.code` and
 * `error.stack_trace`, the causes' included.
 */
export function withErrorFields({ err, error, ...fields }: Fields): Fields {
  if (error instanceof Error) return { ...fields, ...fieldsOf(error) }
  if (error !== undefined) fields.error = error
  return err === undefined ? fields : { ...fields, ...fieldsOf(err) }
}

function fieldsOf(thrown: unknown): Fields {
  if (!(thrown instanceof Error)) return { 'error.message': String(thrown) }
  const { type, message, stack } = pino.stdSerializers.err(thrown)
  const { cause } = thrown
  // The serializer adds the cause's message, which ours say already.
  const saysAll = cause instanceof Error && thrown.message.includes(cause.message)
  return {
    ...('code' in thrown && { 'error.code': String(thrown.code) }),
    'error.message': saysAll ? thrown.message : message,
    'error.type': type,
    'error.stack_trace': stack,
  }
}
