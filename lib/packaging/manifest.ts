import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentError, formatProblem, messageOf, type Problem } from '../errors.ts'
import { plainReason } from '../errors-of-system.ts'

/** What an agent's package.json says of it, as packages need it. */
export interface AgentManifest {
  /** Of package, user, unit, command and folders: `sealbeat.name` where there is one, else `name`. */
  readonly name: string
  /** As in npm: `1.2.3-beta.1`. */
  readonly version: string
  /** One line. */
  readonly description: string
  /** `Name <address>`. */
  readonly maintainer: string
  readonly license: string
  readonly homepage: string | undefined
  /** Names of the packages that it depends on, those that may be missing last. */
  readonly dependencies: readonly string[]
  readonly optional: readonly string[]
}

type Members = ReadonlyMap<string, unknown>

/**
 * @throws AgentError `CONFIG_INVALID` with every problem
 */
export function readManifest(folder: string): AgentManifest {
  const file = join(folder, 'package.json')
  const members = membersOf(parse(file))
  const problems: Problem[] = []
  const check = (key: string, rule: Rule): string => {
    const value = rule.of(members)
    if (value !== undefined && rule.pattern.test(value)) return value
    problems.push({ position: file, path: [key], message: rule.expected })
    return ''
  }
  const manifest = {
    name: check('name', NAME),
    version: check('version', VERSION),
    description: check('description', DESCRIPTION),
    maintainer: check('author', MAINTAINER),
    license: check('license', LICENSE),
    homepage: text(members, 'homepage'),
    dependencies: keysOf(members, 'dependencies'),
    optional: keysOf(members, 'optionalDependencies'),
  }
  if (problems.length === 0) return manifest
  throw new AgentError('CONFIG_INVALID', problems.map(formatProblem).join('\n'), { problems })
}

interface Rule {
  readonly of: (members: Members) => string | undefined
  readonly pattern: RegExp
  readonly expected: string
}

const NAME: Rule = {
  of: members => text(membersOf(members.get('sealbeat')), 'name') ?? text(members, 'name'),
  // deb-control(5) and the names of users: useradd(8).
  pattern: /^[a-z][a-z0-9-]{1,30}$/,
  expected:
    'must be 2 to 31 lower case letters, digits and -, and begin with a letter, to be the name of a ' +
    'package and of a user; where npm needs another one, write this into "sealbeat": { "name": "…" }',
}
const VERSION: Rule = {
  of: members => text(members, 'version'),
  pattern: /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
  expected: 'must be a version such as 1.2.3',
}
const DESCRIPTION: Rule = {
  of: members => text(members, 'description'),
  pattern: /^\S[^\n]*$/,
  expected: 'must say in one line what the agent is for',
}
const MAINTAINER: Rule = {
  of: members => personOf(members.get('author')),
  pattern: /^[^<>\n]+ <[^<>@\s]+@[^<>\s]+>$/,
  expected: 'must be "Name <address@example.org>": a package names who maintains it',
}
const LICENSE: Rule = {
  of: members => text(members, 'license'),
  pattern: /^\S[^\n]*$/,
  expected: 'must name the licence, such as "Apache-2.0", or "UNLICENSED"',
}

function personOf(author: unknown): string | undefined {
  if (typeof author === 'string') return author.replace(/\s*\(.*\)$/, '')
  const person = membersOf(author)
  return `${text(person, 'name')} <${text(person, 'email')}>`
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const reason = messageOf(error).startsWith('ENOENT') ? 'does not exist' : plainReason(error)
    const message = `${reason}: an agent's folder has a package.json ("sealbeat new agent" makes one)`
    const problem: Problem = { position: file, path: [], message }
    throw new AgentError('CONFIG_INVALID', formatProblem(problem), { problems: [problem] })
  }
}

function membersOf(value: unknown): Members {
  return new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}))
}

function text(members: Members, key: string): string | undefined {
  const value = members.get(key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function keysOf(members: Members, key: string): readonly string[] {
  return [...membersOf(members.get(key)).keys()]
}
