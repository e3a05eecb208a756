// Bundles the agent and the beats into dist/bundle (after tsc). Every file that Node has to find, read and
// link costs milliseconds at each start; the agent and its libraries are some two hundred, bundled two dozen.

import { existsSync } from 'node:fs'
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type BuildOptions, build } from 'esbuild'
import { lateGroups } from './bundle/late-groups.ts'
import { licencesOf } from './bundle/licences.ts'

const OUT = 'dist/bundle'

/** Defines `require`, which CommonJS libraries call and modules don't have. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"

const COMMON = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
  // debug, which ioredis brings, asks for it and does without: here it would be that of the tests.
  external: ['supports-color'],
} as const satisfies BuildOptions

const modules = (await readdir('lib', { recursive: true })).map(file => `lib/${file}`).sort()

await rm(OUT, { recursive: true, force: true })
const { metafile } = await build({
  ...COMMON,
  outdir: OUT,
  entryPoints: {
    main: 'lib/cli/main.ts',
    relay: 'lib/relay/main.ts',
    trial: 'lib/cli/seccomp/trial.ts',
    index: 'lib/index.ts',
    audit: 'lib/audit/index.ts',
    host: 'lib/host/index.ts',
    outputs: 'lib/outputs/index.ts',
    seccomp: 'lib/seccomp/index.ts',
    testing: 'lib/testing/index.ts',
  },
  // Code that several entries import becomes one module for all of them, and late imports stay late.
  splitting: true,
  chunkNames: '[name]-[hash]',
  banner: { js: REQUIRE },
  plugins: [lateGroups(modules)],
})
await chmod(`${OUT}/main.js`, 0o755)
const sources = Object.keys(metafile.inputs).filter(source => !source.startsWith('group:'))

// A beat is bundled as its author would do it elsewhere: without the framework.
for (const name of await readdir('beats')) {
  const beat = await build({
    ...COMMON,
    outfile: `${OUT}/beats/${name}/index.js`,
    entryPoints: [`beats/${name}/index.ts`],
    external: [...COMMON.external, 'sealbeat', 'sealbeat/*'],
  })
  sources.push(...Object.keys(beat.metafile.inputs))
}

// What is recorded starts by it. As an entry of the bundle, it would divide what it shares with every start.
const recorded = await build({
  ...COMMON,
  outfile: `${OUT}/recorded.js`,
  entryPoints: ['lib/seccomp/record/start.ts'],
})
sources.push(...Object.keys(recorded.metafile.inputs))

// A package of its own has its folder for what is published; its dependencies are installed beside it.
const packages = existsSync('packages') ? await readdir('packages') : []
for (const name of packages) {
  const { dependencies } = JSON.parse(await readFile(`packages/${name}/package.json`, 'utf8'))
  await build({
    ...COMMON,
    outfile: `packages/${name}/dist/index.js`,
    entryPoints: [`packages/${name}/src/index.ts`],
    external: ['sealbeat', 'sealbeat/*', ...Object.keys(dependencies)],
  })
}

await writeFile(`${OUT}/LICENSES.txt`, await licencesOf(sources))
