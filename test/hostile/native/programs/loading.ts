// `loading.js REFUSED FOLDER`: installs rules, then loads each kind of shared object. Prints what became of them.
import { endianness } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import {
  architectureOf,
  loadArchitecture,
} from '../../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../../lib/seccomp/compiler/compile.ts'
import { encode } from '../../../../lib/seccomp/compiler/program.ts'
import { installProgram } from '../../../../lib/seccomp/kernel/kernel.ts'
import { libraryRules, memoryRules } from '../../../../lib/seccomp/policy/executable-memory.ts'
import { merge } from '../../../../lib/seccomp/policy/merge.ts'
import { loaded } from '../loaded.ts'

const [refused = '', folder = ''] = process.argv.slice(2)
const name = architectureOf(process.arch, endianness())
if (name === undefined) throw new Error(`${process.arch} has no table`)
const architecture = await loadArchitecture(name)
const libraries = libraryRules(architecture, 'the test')
const memory = memoryRules(architecture, 'the test')
const rules = {
  nothing: [],
  // Those of the two conditions that name PROT_EXEC.
  'executable files': libraries.filter(({ conditions }) =>
    conditions.some(({ argument }) => argument === 2),
  ),
  'executable memory': memory,
  libraries,
  both: [...memory, ...libraries],
}[refused]
if (rules === undefined) throw new Error(`not to be refused: ${refused}`)
setFlagsFromString('--no-short-builtin-calls')
const policy = { defaultAction: 'allow', defaultOrigin: 'the test', rules } as const
const program = encode(compile(merge(architecture, [policy])), architecture.endian)
const { error } = installProgram(program, { log: false })
if (error) throw new Error(error)
const kinds = ['mapped', 'protected', 'borrowed'] as const
console.log(JSON.stringify(Object.fromEntries(kinds.map(kind => [kind, loaded(kind, folder)]))))
