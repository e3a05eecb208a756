import { expect } from 'chai'
import { parseCondition } from '../../lib/conditions/parse-lazily.ts'
import { formatPath } from '../../lib/errors.ts'
import { nested } from './nested.ts'

async function problemsOf(written: unknown): Promise<readonly string[]> {
  const problems: string[] = []
  const condition = await parseCondition(nested(written), [], (path, message) =>
    problems.push(`${formatPath(path)}: ${message}`),
  )
  if (problems.length > 0) expect(condition).to.equal(undefined)
  return problems
}

const EXAMPLE = 'must be a condition, such as { equals: { log.level: error } }'
const KINDS = 'one of equals, contains, regexp, range, network, has_fields, and, or, not'
const FIELDS = 'must be a map of fields, such as { log.level: error }'
const NETWORK =
  'must be a network such as 192.0.2.0/24 or 2001:db8::/32, or one of loopback, unspecified, private, ' +
  'link_local_unicast, multicast, link_local_multicast, interface_local_multicast, unicast, ' +
  'global_unicast, public'
const RE2 = 'must be a regular expression of RE2:'

const TABLE: readonly (readonly [written: unknown, ...problems: readonly string[]])[] = [
  [null, `: ${EXAMPLE}, not null`],
  ['equals', `: ${EXAMPLE}, not "equals"`],
  [[], `: ${EXAMPLE}, not a list`],
  [{}, `: ${EXAMPLE}`],
  [{ equal: { a: 1 } }, `equal: unknown condition (did you mean "equals"?): ${KINDS}`],
  [
    { eqals: { a: 1 }, 'log.level': 'error', not: {} },
    `eqals: unknown condition (did you mean "equals"?): ${KINDS}`,
    `log: unknown condition: ${KINDS}`,
  ],
  [{ 'log.level': 'error' }, `log: unknown condition: ${KINDS}`],
  [
    { equals: { a: 1 }, contains: { b: 'x' } },
    ': must be one condition, not equals and contains; combine them by and or or',
  ],
  [{ equals: 5 }, `equals: ${FIELDS}, not 5`],
  [{ equals: {} }, `equals: ${FIELDS}; it is empty`],
  [
    { equals: { a: 1.5, b: null, c: [1], d: {}, ok: 'x' } },
    'equals.a: must be a whole number, text, true or false; for fractions take range, not 1.5',
    'equals.b: must be a whole number, text, true or false, not null',
    'equals.c: must be a whole number, text, true or false, not a list',
    'equals.d: must be a whole number, text, true or false, not a map',
  ],
  [
    { equals: { 'a.b': 18446744073709551615n } },
    'equals.a.b: is too large for an exact number; put it in quotes',
  ],
  [
    { contains: { a: 200, b: ['x'], c: true } },
    'contains.a: must be text (put it in quotes), not 200',
    'contains.c: must be text (put it in quotes), not true',
    'contains.b: must be text, not a list',
  ],
  [
    { regexp: { a: '(', 'b.c': '(?=x)', d: 'x' } },
    `regexp.a: ${RE2} missing closing ): \`(\``,
    `regexp.b.c: ${RE2} invalid or unsupported Perl syntax: \`(?=\`; RE2 has no lookaround`,
  ],
  [
    { range: { a: 5, 'b.c.gth': 5, 'd.gte': 'x', 'e.lt': true } },
    'range.a: must be a field with gt, gte, lt or lte, such as a.gte: 5',
    'range.b.c.gth: must be a field with gt, gte, lt or lte, such as b.c.gth.gte: 5 (did you mean "gt"?)',
    'range.d.gte: must be a number, not "x"',
    'range.e.lt: must be a number, not true',
  ],
  [{ range: { gte: 5 } }, 'range.gte: must be a field with gt, gte, lt or lte, such as gte.gte: 5'],
  [
    { network: { a: 'privat', b: ['public', '10.0.0.0/33', 7], c: [], d: '10.0.0.1' } },
    `network.a: ${NETWORK}, not "privat" (did you mean "private"?)`,
    `network.b[1]: ${NETWORK}, not "10.0.0.0/33"`,
    `network.b[2]: ${NETWORK}, not 7`,
    `network.c: ${NETWORK}; it is empty`,
    `network.d: ${NETWORK}, not "10.0.0.1" (add the length, as in /32)`,
  ],
  ...[
    'x10.0.0.0/8',
    '10.0.0.0/8x',
    '10.0.0/8',
    '10.0.0.0/',
    '/8',
    '::/129',
    'fe80::%eth0/64',
    '',
  ].map(
    cidr =>
      [{ network: { a: cidr } }, `network.a: ${NETWORK}, not ${JSON.stringify(cidr)}`] as const,
  ),
  [
    { network: { a: 1, b: '::/128', c: '0.0.0.0/32', d: '::/33', e: ['::/0', 'none'] } },
    `network.a: ${NETWORK}, not 1`,
    `network.e[1]: ${NETWORK}, not "none"`,
  ],
  [
    { has_fields: 'a' },
    'has_fields: must be a list of fields, such as [source.ip, destination.ip], not "a"',
  ],
  [
    { has_fields: [] },
    'has_fields: must be a list of fields, such as [source.ip, destination.ip]; it is empty',
  ],
  [{ has_fields: ['a', 7] }, 'has_fields[1]: must be the name of a field, not 7'],
  [{ has_fields: [''] }, 'has_fields[0]: must be the name of a field, not ""'],
  [{ or: { equals: { a: 1 } } }, 'or: must be a list of conditions, each a map, not a map'],
  [{ and: [] }, 'and: must be a list of conditions, each a map; it is empty'],
  [
    { and: [{ equals: { a: 1 } }, { or: [7, { not: { nott: 1 } }] }, {}] },
    `and[1].or[0]: ${EXAMPLE}, not 7`,
    `and[1].or[1].not.nott: unknown condition (did you mean "not"?): ${KINDS}`,
    `and[2]: ${EXAMPLE}`,
  ],
]

describe('conditions: what is wrong', () => {
  for (const [written, ...problems] of TABLE) {
    it(problems[0] ?? '', async () => {
      expect(await problemsOf(written)).to.have.members(problems)
    })
  }

  it('is said of nests that are deeper than anybody writes', async () => {
    const deep = (levels: number) => {
      let condition: unknown = { has_fields: ['a'] }
      for (let level = 0; level < levels; level++) condition = { not: condition }
      return condition
    }
    expect(await problemsOf(deep(30))).to.deep.equal([])
    expect((await problemsOf(deep(31))).join()).to.match(
      /^not\.not.*: must not have conditions nested more than 30 deep$/,
    )
    const lists = (levels: number) => {
      let condition: unknown = { has_fields: ['a'] }
      for (let level = 0; level < levels; level++) condition = { and: [condition] }
      return condition
    }
    expect(await problemsOf(lists(30))).to.deep.equal([])
    expect((await problemsOf(lists(31))).join()).to.match(
      /^and\[0\]\.and.*: must not have conditions nested more than 30 deep$/,
    )
  })

  it('is said without a value that is a secret', async () => {
    const unseen: (string | undefined)[] = []
    const written = {
      and: [{ regexp: { a: '(' } }, { range: { 'a.gt': 'x' } }, { network: { a: 'x' } }],
    }
    await parseCondition(nested(written), [], (_, __, without) => unseen.push(without))
    expect(unseen).to.have.members([
      ...['must be a number', NETWORK, 'must be a regular expression of RE2'],
    ])
  })
})
