import { isBelow } from './exposed.ts'
import type { Asked, Reach } from './reach.ts'

/** Something that a new reach asks for and the old one does not have. */
export interface Wider {
  readonly kind: Kind
  /** Who asks for it. */
  readonly who: string
  /** As it is declared: `writes /srv/spool`, `connects 443`. */
  readonly need: string
}

type Kind = Exclude<keyof Reach, 'anyPorts'>

/** What of a new reach a process that is confined to the old one could not do. */
export function widerThan(old: Reach, wanted: Reach): readonly Wider[] {
  const { reads } = wanted
  return [
    ...folders('reads', old.reads, reads ?? (old.reads === undefined ? [] : EVERYTHING)),
    ...folders('writes', old.writes, wanted.writes),
    ...folders('executes', old.executes, wanted.executes),
    ...ports('connects', old.connects, wanted.connects),
    ...ports('listens', old.listens, wanted.listens),
    ...anyPorts(old, wanted),
    ...wanted.unix.filter(socket => !has(old.unix, socket)).map(wider('unix')),
    ...wanted.families.filter(each => !has(old.families, each)).map(wider('families')),
    ...(old.inside.length > 0 ? [] : wanted.inside.map(wider('inside'))),
    ...wanted.capabilities.filter(each => !has(old.capabilities, each)).map(wider('capabilities')),
  ]
}

const EVERYTHING: readonly Asked<string>[] = [{ what: '/', who: 'landlock.reads', why: 'empty' }]

function folders(
  kind: 'reads' | 'writes' | 'executes',
  old: readonly Asked<string>[] | undefined,
  wanted: readonly Asked<string>[],
): readonly Wider[] {
  if (old === undefined) return []
  const outside = wanted.filter(({ what }) => !old.some(folder => isBelow(what, folder.what)))
  return outside.map(wider(kind))
}

function ports(
  kind: 'connects' | 'listens',
  old: readonly Asked<number>[] | undefined,
  wanted: readonly Asked<number>[] = [],
): readonly Wider[] {
  return old === undefined ? [] : wanted.filter(port => !has(old, port)).map(wider(kind))
}

function anyPorts(old: Reach, { anyPorts: wanted }: Reach): readonly Wider[] {
  return wanted.flatMap(({ who, what }) => {
    const kind = what === 'network ip' ? 'listens' : 'connects'
    return old[kind] === undefined ? [] : [{ kind, who, need: what }]
  })
}

function has<T>(list: readonly Asked<T>[], { what }: Asked<T>): boolean {
  return list.some(each => each.what === what)
}

/** The name of a kind in a declaration, where it is another one. */
const DECLARED: Partial<Record<Kind, string>> = {
  families: 'addressFamily',
  inside: 'proc',
  capabilities: 'capability',
}

function wider(kind: Kind) {
  return ({ who, what }: Asked<string | number>): Wider => {
    return { kind, who, need: `${DECLARED[kind] ?? kind} ${what}` }
  }
}
