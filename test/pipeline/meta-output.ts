import type { Batch, Output } from '../../lib/output.ts'

/** An output that keeps what lies beside events. */
export class MetaOutput implements Output {
  readonly meta: unknown[] = []
  readonly lines: string[] = []

  async write(batch: Batch) {
    for (let at = 0; at < batch.count; at++) this.meta.push(batch.meta[at])
    this.lines.push(...batch.lines)
    return { retry: [], reject: [] }
  }

  async close() {}
}
