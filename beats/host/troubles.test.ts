import { expect } from 'chai'
import { pino } from 'pino'
import { troubles } from './troubles.ts'

describe('host: troubles', () => {
  it('are logged when they begin, change and end, not at every tick', () => {
    const lines: string[] = []
    const log = pino({}, { write: line => lines.push(JSON.parse(line).msg) })
    const trouble = troubles(log)
    trouble('cpu', undefined)
    trouble('diskio', 'ENOENT')
    trouble('diskio', 'ENOENT')
    trouble('/mnt', 'ENOENT')
    trouble('diskio', 'EACCES')
    trouble('diskio', undefined)
    trouble('diskio', undefined)
    trouble('diskio', 'ENOENT')
    expect(lines).to.deep.equal([
      "diskio can't be measured: ENOENT",
      "/mnt can't be measured: ENOENT",
      "diskio can't be measured: EACCES",
      'diskio can be measured again',
      "diskio can't be measured: ENOENT",
    ])
  })

  it('are named up to a number, however many things come and go', () => {
    const lines: string[] = []
    const log = pino({}, { write: line => lines.push(JSON.parse(line).msg) })
    const trouble = troubles(log)
    for (let at = 0; at < 5000; at++) trouble(`/mnt/${at}`, 'ENOENT')
    for (let at = 0; at < 5000; at++) trouble(`/mnt/${at}`, 'ENOENT')
    expect(lines).to.have.lengthOf(101)
    expect(lines.at(-1)).to.equal("More than 100 things can't be measured: others are not named")
    for (let at = 0; at < 5000; at++) trouble.forget(`/mnt/${at}`)
    trouble('/srv', 'EIO')
    expect(lines.slice(101)).to.deep.equal(["/srv can't be measured: EIO"])
  })

  it('are still told of what is known while others are not named, and that is said again', () => {
    const lines: string[] = []
    const log = pino({}, { write: line => lines.push(JSON.parse(line).msg) })
    const trouble = troubles(log)
    for (let at = 0; at <= 100; at++) trouble(`/mnt/${at}`, 'ENOENT')
    trouble('/mnt/7', 'EIO')
    trouble('/mnt/8', undefined)
    trouble('/a', 'EIO')
    trouble('/b', 'EIO')
    expect(lines.slice(100)).to.deep.equal([
      "More than 100 things can't be measured: others are not named",
      "/mnt/7 can't be measured: EIO",
      '/mnt/8 can be measured again',
      "/a can't be measured: EIO",
      "More than 100 things can't be measured: others are not named",
    ])
  })
})
