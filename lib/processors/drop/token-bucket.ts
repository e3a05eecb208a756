/** How often something may happen: `limit` times in `perMs`, `burst` times at once. */
interface Rate {
  readonly limit: number
  readonly perMs: number
  readonly burst: number
}

interface Bucket {
  tokens: number
  filledAtMs: number
}

/** After so many calls, the buckets that are full again are dropped. */
const CALLS_BEFORE_SWEEP = 10_000

/**
 * A token bucket for each key. There are at most `maxKeys`: then the oldest starts again, full.
 *
 * @param clock in milliseconds, which nobody sets back
 */
export function tokenBuckets(
  { limit, perMs, burst }: Rate,
  clock: () => number,
  maxKeys = 65_536,
): (key: string) => boolean {
  const buckets = new Map<string, Bucket>()
  let calls = 0

  const fill = (bucket: Bucket, nowMs: number) => {
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.filledAtMs) * limit) / perMs)
    bucket.filledAtMs = nowMs
  }
  const sweep = (nowMs: number) => {
    calls = 0
    for (const [key, bucket] of buckets) {
      fill(bucket, nowMs)
      if (bucket.tokens >= burst) buckets.delete(key)
    }
  }
  const bucketOf = (key: string, nowMs: number): Bucket => {
    const known = buckets.get(key)
    if (known !== undefined) {
      fill(known, nowMs)
      return known
    }
    if (buckets.size >= maxKeys) {
      const [oldest] = buckets.keys()
      if (oldest !== undefined) buckets.delete(oldest)
    }
    const full = { tokens: burst, filledAtMs: nowMs }
    buckets.set(key, full)
    return full
  }

  return key => {
    const nowMs = clock()
    if (++calls > CALLS_BEFORE_SWEEP) sweep(nowMs)
    const bucket = bucketOf(key, nowMs)
    if (bucket.tokens < 1) return false
    bucket.tokens--
    return true
  }
}
