interface UnderWay {
  readonly ids: ReadonlySet<string>
  /** Resolves in any case. */
  readonly ended: Promise<unknown>
}

/**
 * Has requests with an id in common go one after the other. Of two events with the same id the one that was published
 * last is to stay, or with `create` the first one; requests over several connections may arrive in any order.
 */
export class IdTurns {
  readonly #underWay = new Set<UnderWay>()

  /** Calls `send` once no request from before has any of these ids, and says whether that took a while. */
  async with<T>(ids: ReadonlySet<string>, send: (hasWaited: boolean) => Promise<T>): Promise<T> {
    if (ids.size === 0) return send(false)
    const before = [...this.#underWay].filter(each => hasAnyOf(each.ids, ids))
    const ended = Promise.all(before.map(each => each.ended))
    const sent = ended.then(() => send(before.length > 0))
    const own = { ids, ended: sent.catch(() => undefined) }
    this.#underWay.add(own)
    try {
      return await sent
    } finally {
      this.#underWay.delete(own)
    }
  }
}

function hasAnyOf(ids: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const id of others) if (ids.has(id)) return true
  return false
}
