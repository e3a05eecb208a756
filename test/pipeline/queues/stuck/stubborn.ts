import type { DeliverySettings } from '../../../../lib/output.ts'
import { idOf, ORDERED } from '../../fixtures.ts'
import { MemoryOutput } from '../../memory-output.ts'

export const BULK = 20

/** Two batches at once, and others go by those that are tried again. */
export const DELIVERY: DeliverySettings = {
  ...ORDERED,
  ordered: false,
  inFlight: 2,
  bulk_max_size: BULK,
}

/** An output that refuses some events for now, for as long as it is told to. */
export function stubborn(isStuck: (id: string) => boolean) {
  let isFree = false
  const output = new MemoryOutput(lines =>
    lines.map(line => (!isFree && isStuck(idOf(line)) ? 'retry' : 'confirm')),
  )
  const free = () => {
    isFree = true
  }
  return { output, free, ids: () => output.confirmed.map(idOf) }
}
