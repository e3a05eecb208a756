/** What tests ask a server that speaks the API of Elasticsearch. */
export class SearchApi {
  readonly #url: string

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`
  }

  /** @throws Error with the answer, if that is not a success */
  async ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status}: ${text}`)
    return Object(JSON.parse(text))
  }

  /** How many documents an index, a data stream or an alias has. */
  async count(index: string, query: object = { match_all: {} }): Promise<number> {
    await this.ask('POST', `/${index}/_refresh`)
    return (await this.ask('POST', `/${index}/_count`, { query })).count
  }
}
