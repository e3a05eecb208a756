/** A part of a script and how often it ran, as V8 counts it (`NODE_V8_COVERAGE`). */
interface Counted {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

/** The coverage of one process. */
export interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly { readonly ranges: readonly Counted[] }[]
  }[]
}

/** Whether a process ran the code at an offset of a script. The innermost part around it has the count. */
export function isReached({ result }: Coverage, url: string, offset: number): boolean {
  const around = result
    .filter(script => script.url === url)
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset)
  const lengths = around.map(({ startOffset, endOffset }) => endOffset - startOffset)
  const innermost = Math.min(...lengths)
  return around.some(({ count }, at) => lengths[at] === innermost && count > 0)
}
