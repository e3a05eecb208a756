import { expect } from 'chai'
import { type Owner, Owners } from '../../../lib/pipeline/owners.ts'

const owner = (): Owner => ({ settle: () => undefined })

/** Whose events from `from` to `to` are, by name: `a 2 @7` for two of them, which count from 7 with a. */
function visits(owners: Owners, names: ReadonlyMap<Owner, string>, from: number, to: number) {
  const found: string[] = []
  owners.each(from, to, (whose, events, first) => {
    found.push(`${names.get(whose)} ${events} @${first}`)
  })
  return found
}

describe('the owners of the events of a block', () => {
  const [a, b] = [owner(), owner()]
  const names = new Map([
    [a, 'a'],
    [b, 'b'],
  ])

  it('have their events, each with its number', () => {
    const owners = new Owners()
    owners.add(a, 2, 0)
    owners.add(b, 5, 7)
    owners.add(a, 6, 2)
    expect(visits(owners, names, 0, 6)).to.deep.equal(['a 2 @0', 'b 3 @7', 'a 1 @2'])
    expect(visits(owners, names, 1, 4)).to.deep.equal(['a 1 @1', 'b 2 @7'])
    expect(visits(owners, names, 3, 5)).to.deep.equal(['b 2 @8'])
    expect(visits(owners, names, 5, 5)).to.deep.equal([])
  })

  it('are visited once for neighbours that they count one behind the other', () => {
    const owners = new Owners()
    owners.add(a, 2, 3)
    owners.add(a, 4, 5)
    expect(visits(owners, names, 0, 4)).to.deep.equal(['a 4 @3'])
    owners.add(a, 6, 0)
    expect(visits(owners, names, 0, 6)).to.deep.equal(['a 4 @3', 'a 2 @0'])
    expect(visits(owners, names, 3, 5)).to.deep.equal(['a 1 @6', 'a 1 @0'])
  })

  it('are not there for events that nobody has', () => {
    const owners = new Owners()
    owners.add(a, 1, 0)
    expect(visits(owners, names, 0, 3)).to.deep.equal(['a 1 @0'])
  })
})
