import { type AgentError, configError, type Path, type Problem, type Report } from '../errors.ts'
import type { Finding } from './finding.ts'
import { comparePositions, formatPosition, type Position } from './source/position.ts'
import type { Secrets } from './source/secrets.ts'

/** Finds where a path was written; a ConfigDocument is one. */
interface Locator {
  readonly findings: readonly Finding[]
  readonly secrets: Secrets
  find(path: Path): Position | undefined
}

/** All problems of one document: those that its reader found and those that its parsers report. */
export class ProblemList {
  readonly #document: Locator
  readonly #findings: Finding[]

  constructor(document: Locator) {
    this.#document = document
    this.#findings = [...document.findings]
  }

  /** Bound, so that it can be passed on by itself. */
  readonly report: Report = (path, message, unseen) => {
    const { secrets } = this.#document
    const shown = secrets.wordsAt(path, message, unseen)
    this.#findings.push({ at: this.#document.find(path), path, message: shown })
  }

  get size(): number {
    return this.#findings.length
  }

  /** In reading order. */
  get problems(): readonly Problem[] {
    return problemsOf(this.#findings)
  }

  /** @throws AgentError `CONFIG_INVALID`, with one line per problem in its message */
  throwIfAny(): void {
    if (this.#findings.length > 0) throw invalidConfig(this.#findings)
  }
}

export function invalidConfig(findings: readonly Finding[]): AgentError {
  return configError(problemsOf(findings))
}

function problemsOf(findings: readonly Finding[]): readonly Problem[] {
  return [...findings]
    .sort((a, b) => comparePositions(a.at, b.at))
    .map(({ at, path, message }) => ({
      ...(at && { position: formatPosition(at) }),
      path,
      message,
    }))
}
