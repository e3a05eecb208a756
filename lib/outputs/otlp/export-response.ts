// ExportLogsServiceResponse: how many records the server has refused, and why. Which ones it does not say.

import { shown } from '../connection/shown.ts'

interface PartialSuccess {
  readonly refused: number
  /** Escaped and cut; a server may also warn of something although it has taken all. */
  readonly message: string
}

/**
 * What a server says with success.
 *
 * @param count the number of records that were sent
 * @throws Error if it is no such answer: then nobody knows whether it has taken anything
 */
export function partialSuccessOf(body: Buffer, count: number): PartialSuccess {
  if (body.length === 0) return { refused: 0, message: '' }
  const { rejectedLogRecords = 0, errorMessage = '' } = Object(Object(parsed(body)).partialSuccess)
  // A 64-bit integer is a text in the JSON of Protocol Buffers; a number is accepted, too.
  const refused = Number(rejectedLogRecords)
  if (!Number.isSafeInteger(refused) || refused < 0 || refused > count) {
    throw new Error(`the answer is not one to ${count} events`)
  }
  return { refused, message: shown(String(errorMessage)) }
}

function parsed(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw new Error('what answers is no receiver of OTLP: the answer is no JSON object')
}
