// `make mutants`: mutation testing. A mutant is a small change to the code that a good test notices. Each is
// made in the compiled code, in a copy of the build, and reported at its line in the source. A survivor
// needs a test, or an entry with a reason in equivalent.json; .cache/mutants/survivors.json has the survivors
// in the form of that list.
//
// ROOM    the rooms to test (all of rooms.ts)
// ONLY    only sources whose path includes this
// SAMPLE  how many mutants to try (all), chosen at random, the same ones for the same SEED
// AGAIN   only mutants that this list of survivors names: AGAIN=.cache/mutants/survivors.json
// TESTS   only test files whose path includes this
// SLOWEST only test files that take at most so many milliseconds (all)
// PLAIN   1: each mutant in a process of its own, which is slow and beyond doubt
// JOBS    how many to try at once (one for each processor)
// MIN     the least score that is good enough, in percent (90)
//
// Exit code: 0, 1 if the score is too low or the list has an entry without a mutant, 2 if it can't run.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { Copy, canIsolate } from './copy.ts'
import { asEntry, type Equivalent, namedBy, withoutEquivalents } from './equivalent.ts'
import { Killers } from './killers.ts'
import { measureAll } from './measure.ts'
import { type Mutant, mutantsOf } from './mutant.ts'
import { isSurvivor, scoreOf, survivorsOf, type Tried, tableOf } from './report.ts'
import { ROOMS, type Room } from './rooms.ts'
import { sampleOf } from './sample.ts'
import { compiledPath, Trials } from './trial.ts'

const FOLDER = '.cache/mutants'
const EQUIVALENT = 'tools/mutants/equivalent.json'

const { ROOM, ONLY = '', TESTS = '', PLAIN = '', AGAIN = '' } = process.env
const jobs = numberOf('JOBS', availableParallelism())
const seed = numberOf('SEED', Date.now() % 2 ** 31)
const least = numberOf('MIN', 90)
const slowestMs = numberOf('SLOWEST', Number.MAX_SAFE_INTEGER)

if (!canIsolate()) refuse('this user may not have a PID namespace, which confines mutants')
const rooms = roomsOf(ROOM ? ROOM.split(/[ ,]+/) : Object.keys(ROOMS))
const list = await listIn(EQUIVALENT)
const all = (await Promise.all(rooms.map(([name, room]) => mutantsIn(name, room)))).flat()
const { mutants: others, equivalent, stale } = withoutEquivalents(all, list)
const mutants = AGAIN ? namedBy(await listIn(AGAIN), others) : others
const size = numberOf('SAMPLE', mutants.length)
const chosen = sampleOf(mutants, size, seed)
if (chosen.length === 0) refuse('there is no mutant to try')
const sampled = size < mutants.length ? `, of the others SAMPLE=${size} SEED=${seed}` : ''
console.log(`${all.length} mutants, ${equivalent.length} of them equivalent${sampled}`)

const copies = await Promise.all(
  Array.from({ length: jobs }, (_, at) => Copy.make(`${FOLDER}/${process.pid}-${at}`)),
)
const tried: Tried[] = []
for (const [name, room] of rooms) {
  const waiting = chosen.filter(mutant => mutant.room === name)
  if (waiting.length > 0) tried.push(...(await tryAll(name, waiting, testsOf(room))))
}
await Promise.all(copies.map(copy => copy.remove()))

const survivors = tried.filter(isSurvivor).map(({ mutant }) => asEntry(mutant, ''))
await mkdir(FOLDER, { recursive: true })
await writeFile(`${FOLDER}/survivors.json`, `${JSON.stringify(survivors, null, 2)}\n`)
console.log([...tableOf(tried), '', ...survivorsOf(tried)].join('\n'))
for (const { file, line, original } of stale) {
  console.log(`${EQUIVALENT} names a mutant that ${file} does not have: ${original} in ${line}`)
}
const score = scoreOf(tried)
console.log(`score ${score.toFixed(1)} %, at least ${least} %`)
if (score < least || stale.length > 0) process.exitCode = 1

async function tryAll(name: string, waiting: readonly Mutant[], tests: readonly string[]) {
  const [first] = copies
  if (!first) throw new Error('no copy')
  const all = await measureAll(first, tests.map(compiledPath), `${FOLDER}/measured`)
  const measured = all.filter(({ tookMs }) => tookMs <= slowestMs)
  const killers = new Killers()
  const results = new Map<Mutant, Tried>()
  const rest = waiting.values()
  const started = performance.now()
  const note = (several: readonly Tried[]) => {
    for (const one of several) results.set(one.mutant, one)
  }
  const work = async (copy: Copy) => {
    const trials = new Trials(copy, measured, killers, {
      isFast: PLAIN !== '1',
      say: console.error,
    })
    for (const mutant of rest) {
      note(await trials.try(mutant))
      if (results.size % 25 > 0 && results.size < waiting.length) continue
      const seconds = ((performance.now() - started) / 1000).toFixed(0)
      console.error(`${name}: ${results.size} of ${waiting.length} mutants in ${seconds} s`)
    }
    note(await trials.check())
  }
  await Promise.all(copies.map(work))
  return waiting.flatMap(mutant => results.get(mutant) ?? [])
}

async function mutantsIn(name: string, { sources }: Room): Promise<readonly Mutant[]> {
  const files = filesOf(sources, file => !isTest(file) && file.includes(ONLY))
  const modules = await Promise.all(
    files.map(async file => {
      const path = compiledPath(file)
      const paths = [file, path, `${path}.map`]
      const [source = '', code = '', map = ''] = await Promise.all(
        paths.map(one => readFile(one, 'utf8')),
      )
      return { file, source, code, map }
    }),
  )
  return modules.flatMap(module => mutantsOf(name, module))
}

async function listIn(path: string): Promise<readonly Equivalent[]> {
  return JSON.parse(await readFile(path, 'utf8'))
}

function testsOf({ tests }: Room): readonly string[] {
  return filesOf(tests, file => isTest(file) && file.includes(TESTS))
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}

function filesOf(paths: readonly string[], isWanted: (file: string) => boolean): readonly string[] {
  return paths
    .flatMap(path => {
      if (!existsSync(path)) refuse(`${path}, which tools/mutants/rooms.ts names, does not exist`)
      if (statSync(path).isFile()) return [path]
      const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
      return names.map(file => `${path}/${file}`).filter(file => file.endsWith('.ts'))
    })
    .filter(isWanted)
    .sort()
}

function roomsOf(names: readonly string[]): readonly (readonly [name: string, room: Room])[] {
  return names.map(name => {
    const room = ROOMS[name]
    return room ? [name, room] : refuse(`ROOM=${name}: there are ${Object.keys(ROOMS).join(', ')}`)
  })
}

function numberOf(name: string, otherwise: number): number {
  const text = process.env[name] || String(otherwise)
  return /^\d+$/.test(text) ? Number(text) : refuse(`${name}=${text} is not a number`)
}

function refuse(why: string): never {
  console.error(`make mutants: ${why}`)
  process.exit(2)
}
