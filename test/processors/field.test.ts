import { expect } from 'chai'
import * as field from '../../lib/processors/field.ts'

const { fieldOf, hasTooManyKeys } = field

/** As from JSON, so that `__proto__` is a key. */
const event = (json: string): field.Fields => JSON.parse(json)

describe('fields by name', () => {
  const FOUND: readonly (readonly [json: string, name: string, value: unknown])[] = [
    ['{"a":1}', 'a', 1],
    ['{"a":{"b":{"c":2}}}', 'a.b.c', 2],
    ['{"a.b":1}', 'a.b', 1],
    ['{"a.b":1,"a":{"b":2}}', 'a.b', 1],
    ['{"a":{"b.c":3}}', 'a.b.c', 3],
    ['{"a":{"b.c":3,"b":{"c":4}}}', 'a.b.c', 3],
    ['{"a.b":{"c":5}}', 'a.b.c', undefined],
    ['{"a":null}', 'a', null],
    ['{"a":null}', 'a.b', undefined],
    ['{"a":"text"}', 'a.length', undefined],
    ['{"a":[{"b":1}]}', 'a.b', undefined],
    ['{"a":[1]}', 'a.0', undefined],
    ['{}', 'toString', undefined],
    ['{"a":{}}', 'a.constructor.name', undefined],
    ['{}', '__proto__', undefined],
    ['{"__proto__":{"b":6}}', '__proto__.b', 6],
    ['{"":{"b":7}}', '.b', 7],
    ['{"ü.é":8}', 'ü.é', 8],
  ]
  it('are the same however many keys a name has', () => {
    const long = Array.from({ length: 30 }, (_, at) => `k${at}`)
    const nested = long.reduceRight<unknown>((below, key) => ({ [key]: below }), 1)
    expect(field.valueAt(Object(nested), fieldOf(long.join('.')))).to.equal(1)
    const rest = long.slice(1).join('.')
    expect(field.valueAt({ k0: { [rest]: 2 } }, fieldOf(long.join('.')))).to.equal(2)
    expect(hasTooManyKeys('a.'.repeat(99))).to.equal(false)
    expect(hasTooManyKeys('a.'.repeat(100))).to.equal(true)
  })

  for (const [json, name, value] of FOUND) {
    it(`${name} in ${json} is ${JSON.stringify(value)}`, () => {
      const map = event(json)
      expect(field.valueAt(map, fieldOf(name))).to.deep.equal(value)
      if (value === undefined) {
        expect(field.remove(map, fieldOf(name))).to.equal(undefined)
        expect(JSON.stringify(map)).to.equal(json)
        expect(() => field.requiredAt(map, fieldOf(name))).to.throw(`the field ${name} is missing`)
        field.requireNone(map, fieldOf(name))
      } else {
        expect(() => field.requireNone(map, fieldOf(name))).to.throw(`${name} exists already`)
        expect(field.remove(map, fieldOf(name))).to.deep.equal(value)
        expect(JSON.stringify(map).length).to.be.below(json.length)
      }
    })
  }

  const SET: readonly (readonly [json: string, name: string, result: string])[] = [
    ['{}', 'a', '{"a":9}'],
    ['{}', 'a.b.c', '{"a":{"b":{"c":9}}}'],
    ['{"a":{"x":1}}', 'a.b.c', '{"a":{"x":1,"b":{"c":9}}}'],
    ['{"a.b":1}', 'a.b', '{"a.b":9}'],
    ['{"a.b":1}', 'a.c', '{"a.b":1,"a":{"c":9}}'],
    ['{"a":{"b.c":1}}', 'a.b.c', '{"a":{"b.c":9}}'],
    ['{"a":[1]}', 'a', '{"a":9}'],
    ['{}', '__proto__.polluted', '{"__proto__":{"polluted":9}}'],
    ['{}', 'constructor.prototype.polluted', '{"constructor":{"prototype":{"polluted":9}}}'],
    ['{"a":{}}', 'a.__proto__', '{"a":{"__proto__":9}}'],
  ]
  for (const [json, name, result] of SET) {
    it(`setting ${name} in ${json} makes it ${result}`, () => {
      const map = event(json)
      expect(field.roomFor(map, fieldOf(name))).not.to.equal('blocked')
      field.put(map, fieldOf(name), 9)
      expect(JSON.stringify(map)).to.equal(result)
      expect(Reflect.get({}, 'polluted')).to.equal(undefined)
    })
  }

  const BLOCKED: readonly (readonly [json: string, name: string, said: string])[] = [
    ['{"a":"x"}', 'a.b', "the field a.b can't be set: a is text"],
    ['{"a":{"b":1}}', 'a.b.c.d', "the field a.b.c.d can't be set: a.b is a number"],
    ['{"a":null}', 'a.b', "the field a.b can't be set: a is null"],
    ['{"a":[]}', 'a.b', "the field a.b can't be set: a is a list"],
    ['{"a":true}', 'a.b', "the field a.b can't be set: a is true or false"],
  ]
  for (const [json, name, said] of BLOCKED) {
    it(`${name} can't be set in ${json}, which stays as it is`, () => {
      const map = event(json)
      expect(field.roomFor(map, fieldOf(name))).to.equal('blocked')
      expect(() => field.requireRoom(map, fieldOf(name), false)).to.throw(
        TypeError,
        `the field ${name} can't be set`,
      )
      expect(() => field.put(map, fieldOf(name), 9)).to.throw(TypeError, said)
      expect(JSON.stringify(map)).to.equal(json)
    })
  }

  it('a list is made, appended to by a new one, and nothing else is taken for one', () => {
    const list = ['a']
    const map: field.Fields = { list, none: null, text: 'x' }
    field.append(map, fieldOf('list'), ['b'])
    field.append(map, fieldOf('none'), ['c'])
    field.append(map, fieldOf('new.one'), ['d'])
    expect(map).to.deep.equal({ list: ['a', 'b'], none: ['c'], text: 'x', new: { one: ['d'] } })
    expect(list).to.deep.equal(['a'])
    expect(() => field.append(map, fieldOf('text'), ['e'])).to.throw('text is text, not a list')
  })

  it('a copy shares nothing, and has a key __proto__ as its own', () => {
    const value = event('{"a":[{"b":1}],"__proto__":{"c":2},"d":null}')
    const copy = field.copyOf(value)
    expect(JSON.stringify(copy)).to.equal(JSON.stringify(value))
    Object(value)['a'][0].b = 9
    expect(JSON.stringify(copy)).to.contain('"b":1')
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype)
  })

  it('a move that fails leaves all as it was, also where there was nothing', () => {
    const map: field.Fields = { a: 1, b: 'x' }
    expect(() => field.move(map, fieldOf('a'), fieldOf('b.c'), 1)).to.throw(TypeError)
    expect(() => field.move(map, fieldOf('none'), fieldOf('b.c'), 1)).to.throw(TypeError)
    expect(JSON.stringify(map)).to.equal('{"a":1,"b":"x"}')
    expect(field.keysOf(map)).to.have.length(2)
    field.move(map, fieldOf('a'), fieldOf('a.d'), 2)
    expect(map).to.deep.equal({ a: { d: 2 }, b: 'x' })
  })

  it('a deep name is set without recursion', () => {
    const map: field.Fields = {}
    const deep = fieldOf(Array<string>(2000).fill('a').join('.'))
    field.put(map, deep, 1)
    expect(field.valueAt(map, deep)).to.equal(1)
  })
})
