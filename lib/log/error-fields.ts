import pino from 'pino'

type Fields = Record<string, unknown>

/**
 * Replaces `err` or `error`, which may be any thrown value, with the fields of ECS: `error.message`,
 * `error.type`, `error.code` and `error.stack_trace`, which includes the causes.
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
  // The serializer appends the cause's message, which our own messages already contain.
  const includesCause = cause instanceof Error && thrown.message.includes(cause.message)
  return {
    ...('code' in thrown && { 'error.code': String(thrown.code) }),
    'error.message': includesCause ? thrown.message : message,
    'error.type': type,
    'error.stack_trace': stack,
  }
}
