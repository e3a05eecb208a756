import { expect } from 'chai'
import { formatPath, type Path } from '../../../lib/errors.ts'
import { parseSeccompSection } from '../../../lib/seccomp/policy/section.ts'

type Test = readonly [argument: number, value: number]

/** A rule for prctl with an error, under one condition or under none. */
function rule(errno: string, test?: Test) {
  if (!test) return { action: 'errno', errno, names: ['prctl'] }
  const [argument, value] = test
  const conditions = [{ argument, operation: 'Equal', value }]
  return { action: 'errno', errno, names_with_args: [{ name: 'prctl', arguments: conditions }] }
}

/** What is wrong with these rules, each of which comes from its number. */
function problems(...syscalls: readonly object[]): readonly string[] {
  const found: string[] = []
  const report = (path: Path, message: string) => found.push(`${formatPath(path)}: ${message}`)
  const originOf = (path: Path) => `rule ${String(path[2])}`
  parseSeccompSection({ default_action: 'allow', syscalls }, report, originOf)
  return found
}

const contradicts = (at: number, errno: string, other: number, its: string) =>
  `seccomp.syscalls[${at}].names_with_args[0].name: prctl has two actions: errno(${its}) in rule ${other}, ` +
  `errno(${errno}) here, and both may hold: with precedence: first, the one that is written first decides`

describe('a section', () => {
  it('has the place where each rule and the default action are written', () => {
    const refuse = (path: Path, message: string) => {
      throw new TypeError(`${formatPath(path)}: ${message}`)
    }
    const { policy } = parseSeccompSection(
      { default_action: 'allow', syscalls: [rule('EIO'), rule('EIO', [0, 1])] },
      refuse,
      formatPath,
    )
    expect([
      policy?.defaultOrigin,
      ...(policy?.rules ?? []).map(each => each.origin),
    ]).to.deep.equal([
      'seccomp.default_action',
      'seccomp.syscalls[0].names[0]',
      'seccomp.syscalls[1].names_with_args[0].name',
    ])
  })
})

describe('rules that contradict each other', () => {
  it('are not those that say the same', () => {
    expect(problems(rule('EIO'), rule('EIO'))).to.deep.equal([])
    expect(problems(rule('EIO', [0, 1]), rule('EIO', [0, 1]))).to.deep.equal([])
    expect(problems(rule('EIO', [0, 1]), rule('EIO', [1, 1]))).to.deep.equal([])
  })

  it('are not one with conditions and one without, which comes after it', () => {
    expect(problems(rule('EIO'), rule('ENXIO', [0, 1]))).to.deep.equal([])
    expect(problems(rule('ENXIO', [0, 1]), rule('EIO'))).to.deep.equal([])
  })

  it('are two errors under conditions that may both hold, the first one in the message', () => {
    expect(problems(rule('EIO', [0, 1]), rule('EIO', [1, 1]), rule('ENXIO', [2, 1]))).to.deep.equal(
      [contradicts(2, 'ENXIO', 0, 'EIO')],
    )
  })

  it('are told once, however often a rule is written', () => {
    const twice = [rule('ENXIO', [1, 1]), rule('ENXIO', [1, 1])]
    expect(problems(rule('EIO', [0, 1]), ...twice)).to.deep.equal([
      contradicts(1, 'ENXIO', 0, 'EIO'),
    ])
  })

  it('are looked for among the 500 that a program can have', () => {
    const alike = (count: number) => Array.from({ length: count }, (_, at) => rule('EIO', [0, at]))
    expect(problems(...alike(499), rule('ENXIO', [1, 1]))).to.deep.equal([
      contradicts(499, 'ENXIO', 0, 'EIO'),
    ])
    expect(problems(...alike(500), rule('ENXIO', [1, 1]))).to.deep.equal([])
  })
})
