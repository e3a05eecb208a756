import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configError, messageOf, type Path, type Problem } from '../errors.ts'
import { plainReason } from '../system-errors.ts'

/** The members of an agent's package.json that packages need. */
export interface AgentManifest {
  /** The name of package, user, unit, command and folders: `sealbeat.name` if there is one, else `name`. */
  readonly name: string
  /** As in npm: `1.2.3-beta.1`. */
  readonly version: string
  /** One line. */
  readonly description: string
  /** `Name <address>`. */
  readonly maintainer: string
  readonly license: string
  readonly homepage: string | undefined
}

type Members = ReadonlyMap<string, unknown>

/**
 * Reads and checks the package.json of an agent's folder.
 *
 * @throws AgentError `CONFIG_INVALID` with every problem
 */
export function readManifest(folder: string): AgentManifest {
  const file = join(folder, 'package.json')
  const members = membersOf(parse(file))
  const problems: Problem[] = []
  const check = (rule: Rule): string => {
    const value = rule.of(members)
    if (typeof value === 'string' && rule.pattern.test(value)) return value
    problems.push({ position: file, path: rule.path(members), message: rule.expected })
    return ''
  }
  const manifest = {
    name: check(NAME),
    version: check(VERSION),
    description: check(DESCRIPTION),
    maintainer: check(MAINTAINER) && check(NOT_OF_TEMPLATE),
    license: check(LICENSE),
    homepage: members.has('homepage') ? check(HOMEPAGE) : undefined,
  }
  if (problems.length === 0) return manifest
  throw configError(problems)
}

interface Rule {
  readonly path: (members: Members) => Path
  readonly of: (members: Members) => unknown
  readonly pattern: RegExp
  readonly expected: string
}

function rule(key: string, pattern: RegExp, expected: string): Rule {
  return { path: () => [key], of: members => members.get(key), pattern, expected }
}

/** Users and groups of every Debian or Fedora, and what an agent's folder has beside its command. */
const TAKEN = `root daemon bin sys sync adm games halt lp mail man news nobody nogroup operator proxy shutdown
  uucp www-data backup list irc tty disk kmem dialout fax voice cdrom floppy tape sudo wheel audio video dip src
  shadow utmp sasl plugdev staff users input kvm render messagebus sshd ssh dbus polkitd systemd systemd-.*
  data logs node_modules`

/** A valid package name, deb-control(5), and a valid user name, useradd(8). */
const NAME_PATTERN = new RegExp(
  `^(?!(${TAKEN.trim().split(/\s+/).join('|')})$)[a-z][a-z0-9-]{1,30}$`,
)

const VERSION = rule(
  'version',
  /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
  'must be a version such as 1.2.3',
)
/** One line. In units, a `\` at its end would continue it. */
const LINE = /^\P{White_Space}(\P{Cc}*[^\s\p{Cc}\\])?$/u
const DESCRIPTION = rule('description', LINE, 'must say in one line what the agent is for')
const LICENSE = rule(
  'license',
  LINE,
  'must name the licence, such as "Apache-2.0", or "UNLICENSED"',
)
const HOMEPAGE = rule('homepage', /^https?:\/\/[!-~]+$/, 'must be a URL: https://…')
const MAINTAINER: Rule = {
  ...rule(
    'author',
    /^[^<>\p{Cc}]+ <[^<>@\s]+@[^<>\s]+>$/u,
    'must be "Name <address@example.org>": packages name their maintainer',
  ),
  of: members => personOf(members.get('author')),
}
/** What `sealbeat new agent` has written would be shown to every operator. */
const NOT_OF_TEMPLATE: Rule = {
  ...MAINTAINER,
  pattern: /^(?!Maintainer Name <)/,
  expected: 'is still that of the template: put who maintains the agent there',
}
/** `sealbeat.name` if there is one, as npm names may have a scope. */
const NAME: Rule = {
  path: members => (own(members).has('name') ? ['sealbeat', 'name'] : ['name']),
  of: members => (own(members).has('name') ? own(members) : members).get('name'),
  pattern: NAME_PATTERN,
  expected:
    'must be 2 to 31 lower case letters, digits and -, begin with a letter and not be a name that the ' +
    'system uses, since a package and a user get this name; if npm needs another one, set ' +
    '"sealbeat": { "name": "…" }',
}

function own(members: Members): Members {
  return membersOf(members.get('sealbeat'))
}

function personOf(author: unknown): string | undefined {
  if (typeof author === 'string') return author.replace(/\s*\(.*\)$/, '')
  const person = membersOf(author)
  return `${person.get('name')} <${person.get('email')}>`
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const reason = messageOf(error).startsWith('ENOENT') ? 'does not exist' : plainReason(error)
    const message = `${reason}: an agent's folder needs a package.json ("sealbeat new agent" creates one)`
    const problem: Problem = { position: file, path: [], message }
    throw configError([problem])
  }
}

function membersOf(value: unknown): Members {
  return new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}))
}

/** npm's version in dpkg's and rpm's notation: `~` sorts before the release, and `-` begins the iteration. */
export function packageVersion(version: string): string {
  const [release = '', build] = version.split('+', 2)
  const ordered = release.replace('-', '~').replaceAll('-', '.')
  return build === undefined ? ordered : `${ordered}+${build.replaceAll('-', '.')}`
}
