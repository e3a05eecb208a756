import { distance } from 'fastest-levenshtein'

/** ` (did you mean "errno"?)` where a known word is near enough to be what was meant, else ''. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known)
  return near === undefined ? '' : ` (did you mean "${near}"?)`
}

function nearest(word: string, known: Iterable<string>): string | undefined {
  // A third of the letters may differ, rounded up so that `nmae` (two apart) is still `name`;
  // more than that and the guess is noise.
  let best: string | undefined
  let allowed = Math.max(1, Math.ceil(word.length / 3)) + 1
  for (const candidate of known) {
    const apart = distance(word.toLowerCase(), candidate.toLowerCase())
    if (apart < allowed) {
      best = candidate
      allowed = apart
    }
  }
  return best
}
