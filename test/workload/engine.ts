import { deepStrictEqual, ok, strictEqual } from 'node:assert'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import * as v8 from 'node:v8'
import * as vm from 'node:vm'
import type { Phase } from './phase.ts'

/** V8 at work: compiling, growing, collecting, and looking at itself. */
export const engine: Phase = {
  name: 'engine',
  async run(folder) {
    compiling()
    await runtime.run(folder)
    await memory()
    await introspection(folder)
  },
}

/** What comes with the language: WebAssembly, other languages of people. */
export const runtime: Phase = {
  name: 'runtime',
  async run() {
    languages()
    // Not under --jitless.
    if ('WebAssembly' in globalThis) await assembly()
  },
}

/** Enough rounds for each compiler tier, with type changes that discard optimised code. */
function compiling(): void {
  const add = (a: unknown, b: unknown) => (a as number) + (b as number)
  let sum = 0
  for (let round = 0; round < 300; round++) {
    const made = vm.runInThisContext(
      `(function f${round}(n) { let s = 0; for (let i = 0; i < n; i++) s += i % ${round + 1}; return s })`,
    )
    for (let i = 0; i < 60; i++) sum += made(500)
  }
  for (let i = 0; i < 3e6; i++) sum += add(i, 1)
  strictEqual(add('a', 'b'), 'ab')
  ok(sum > 0)
  ok(/(a+)+b/.test(`${'a'.repeat(20)}b`))
  vm.runInNewContext('[1, 2, 3].map(x => x * x)')
}

/** (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)) */
const MODULE = Buffer.from(
  '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b',
  'hex',
)

/** The part of the API that we use: TypeScript has its types only in the library for browsers. */
interface Assembly {
  instantiate(code: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>
  readonly Memory: new (limits: {
    readonly initial: number
    readonly maximum: number
    readonly shared?: boolean
  }) => { grow(pages: number): number }
}

async function assembly(): Promise<void> {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Assembly }
  const { instance } = await WebAssembly.instantiate(MODULE)
  const { add } = instance.exports as { readonly add: (a: number, b: number) => number }
  let sum = 0
  for (let i = 0; i < 1e6; i++) sum = add(sum, 1)
  strictEqual(sum, 1e6)
  const grown = new WebAssembly.Memory({ initial: 1, maximum: 100 })
  grown.grow(50)
  new WebAssembly.Memory({ initial: 1, maximum: 10, shared: true })
}

async function memory(): Promise<void> {
  const kept: object[] = []
  for (let i = 0; i < 40; i++) {
    kept.push(Array.from({ length: 50_000 }, (_, at) => ({ at, text: `text ${at}` })))
    kept.push(Buffer.alloc(1 << 21, i))
    if (kept.length > 40) kept.splice(0, 20)
  }
  kept.length = 0
  const buffer = new ArrayBuffer(1 << 16)
  deepStrictEqual(structuredClone(buffer, { transfer: [buffer] }).byteLength, 1 << 16)
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc') as () => void
  const registry = new FinalizationRegistry(() => {})
  registry.register({}, 1)
  for (let i = 0; i < 4; i++) {
    collect()
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

function languages(): void {
  new Intl.DateTimeFormat('de', { timeZone: 'Asia/Tokyo', dateStyle: 'full' }).format(0)
  new Intl.NumberFormat('ar').format(12345.678)
  new Intl.Collator('sv').compare('z', 'ö')
  'İ'.toLocaleLowerCase('tr')
  'é'.normalize('NFD')
  new Date().toString()
  new TextDecoder('shift_jis').decode(new Uint8Array([0x82, 0xa0]))
}

async function introspection(folder: string): Promise<void> {
  v8.getHeapStatistics()
  v8.getHeapSpaceStatistics()
  v8.deserialize(v8.serialize({ a: new Map() }))
  process.report.writeReport(join(folder, 'report.json'))
  v8.writeHeapSnapshot(join(folder, 'snapshot.heapsnapshot'))
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  compiling()
  await session.post('Profiler.stop')
  session.disconnect()
}
