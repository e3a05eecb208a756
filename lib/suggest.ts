import { distance } from 'fastest-levenshtein'

/** ` (did you mean "errno"?)` if a known word is similar enough, otherwise ''. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known)
  return near === undefined ? '' : ` (did you mean "${near}"?)`
}

/** No word that is known is longer, and the comparison takes time with each letter. */
const LONGEST = 100

/** Shorter ones begin too many words. */
const SHORTEST_BEGIN = 4

function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined
  // A third of the letters may differ, rounded up so that `nmae` (distance 2) still matches `name`. With more
  // differences, the guess is noise.
  let best: string | undefined
  let begun: readonly string[] = []
  let allowed = Math.max(1, Math.ceil(word.length / 3)) + 1
  for (const candidate of known) {
    if (word.length >= SHORTEST_BEGIN && candidate.startsWith(word)) begun = [...begun, candidate]
    const apart = distance(word.toLowerCase(), candidate.toLowerCase())
    if (apart < allowed) {
      best = candidate
      allowed = apart
    }
  }
  // `warn` is far from `warning`, but its begin.
  return best ?? (begun.length === 1 ? begun[0] : undefined)
}
