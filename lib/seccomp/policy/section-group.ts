import type { Path, Report } from '../../errors.ts'
import { didYouMean } from '../../suggest.ts'
import { ERRNO, type ErrnoName } from '../architectures/errno.ts'
import { ACTIONS, type Condition, OPERATIONS, type Rule, type Verdict } from './policy.ts'
import { flag, listOf, mapWith, oneOf, type Read, show, word } from './read.ts'

/** A rule and its position, for problems that only show when all rules are compared. */
export interface PlacedRule {
  readonly rule: Rule
  readonly path: Path
}

const readGroupMap = mapWith(['action', 'errno', 'must_exist', 'names', 'names_with_args'])
const readNamedMap = mapWith(['name', 'arguments'])
const readConditionMap = mapWith(['argument', 'operation', 'value', 'mask'])

/** One item of `syscalls` (S9): an action and the calls that it applies to. */
export function readGroup(originOf: (path: Path) => string): Read<readonly PlacedRule[]> {
  return (value, path, report) => {
    const group = readGroupMap(value, path, report)
    if (!group) return undefined
    const verdict = readVerdict(group, path, report)
    const { names, names_with_args: named, must_exist: must } = group
    const mustExist = must === undefined || flag(must, [...path, 'must_exist'], report) !== false
    if (names === undefined && named === undefined) {
      report(path, 'needs names or names_with_args: the system calls that it applies to')
    }
    const plain = names === undefined ? [] : listOf(readName)(names, [...path, 'names'], report)
    const narrowed =
      named === undefined ? [] : listOf(readNamed)(named, [...path, 'names_with_args'], report)
    if (!verdict) return undefined
    return [...(plain ?? []), ...(narrowed ?? [])].map(({ at, ...call }) => {
      const rule = { ...call, verdict, origin: originOf(at) }
      return { rule: mustExist ? rule : { ...rule, mustExist }, path: at }
    })
  }
}

/** Undefined if it can't be read: what else the calls get is then not compared with anything. */
function readVerdict(
  group: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): Verdict | undefined {
  const { action: wanted, errno } = group
  const at = [...path, 'action']
  if (wanted === undefined) report(at, `is required: one of ${ACTIONS.join(', ')}`)
  const action = wanted === undefined ? undefined : oneOf(ACTIONS)(wanted, at, report)
  if (errno !== undefined && action !== undefined && action !== 'errno') {
    report([...path, 'errno'], `is only valid with action: errno, not with ${action}`)
  }
  if (action !== 'errno') return action && { action }
  const name = errno === undefined ? 'EPERM' : readErrno(errno, [...path, 'errno'], report)
  return name && { action, errno: name }
}

/** An error, given by its name or by its number (the one of all architectures except MIPS). */
const readErrno: Read<ErrnoName> = (value, path, report) => {
  const names = Object.keys(ERRNO) as ErrnoName[]
  const found = names.find(name => name === value || ERRNO[name] === value)
  if (found === undefined) {
    const near = typeof value === 'string' ? didYouMean(value, names) : ''
    report(
      path,
      `unknown error ${show(value)}${near}: use a name such as EPERM or ENOSYS, see errno(3)`,
    )
  }
  return found
}

type PlacedCall = Pick<Rule, 'name' | 'conditions'> & { readonly at: Path }

const readName: Read<PlacedCall> = (value, path, report) => {
  const name = word(value, path, report)
  return name === undefined ? undefined : { name, conditions: [], at: path }
}

const readNamed: Read<PlacedCall> = (value, path, report) => {
  const map = readNamedMap(value, path, report)
  if (!map) return undefined
  const name = word(map.name, [...path, 'name'], report)
  const conditions = listOf(readCondition)(map.arguments, [...path, 'arguments'], report)
  return name === undefined || !conditions ? undefined : { name, conditions, at: [...path, 'name'] }
}

const readCondition: Read<Condition> = (value, path, report) => {
  const map = readConditionMap(value, path, report)
  if (!map) return undefined
  const argument = readWord(5n)(map.argument, [...path, 'argument'], report)
  const operation = oneOf(OPERATIONS)(map.operation, [...path, 'operation'], report)
  const number = readWord(0xffffffffffffffffn)(map.value, [...path, 'value'], report)
  const masked = operation === 'MaskedEqual'
  if (masked !== (map.mask !== undefined)) {
    report(
      [...path, 'mask'],
      masked ? 'is required with MaskedEqual' : 'is only valid with MaskedEqual',
    )
  }
  const mask =
    map.mask === undefined
      ? undefined
      : readWord(0xffffffffffffffffn)(map.mask, [...path, 'mask'], report)
  if (argument === undefined || operation === undefined || number === undefined) return undefined
  const rest = mask === undefined ? {} : { mask }
  return { argument: Number(argument), operation, value: number, ...rest }
}

/** An unsigned number, or a string with one (`"0x…"`), as numbers in YAML are only exact to 2⁵³. */
function readWord(most: bigint): Read<bigint> {
  return (value, path, report) => {
    const exact = typeof value === 'bigint' || Number.isSafeInteger(value)
    const text = typeof value === 'string' && /^(0x[0-9a-f]+|\d+)$/i.test(value)
    const number = exact || text ? BigInt(value as string | number | bigint) : -1n
    if (number >= 0n && number <= most) return number
    const hint =
      typeof value === 'number' && value > Number.MAX_SAFE_INTEGER ? ': write it in quotes' : ''
    report(path, `must be a whole number from 0 to ${most}, not ${show(value)}${hint}`)
    return undefined
  }
}
