import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { shell } from '../live/shell.ts'
import type { Target } from './architectures.ts'

/**
 * Compiles the addon of a staged package into its prebuilds/. The same compiler gives the same bytes on any
 * machine. libstdc++ is linked dynamically, as Node has always loaded it before the addon: a static one would
 * double the size and need glibc 2.36, while our own calls need 2.28, as Node does.
 */
export async function prebuild({ arch, prefix }: Target, stage: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'sealbeat-prebuild-'))
  try {
    await shell(BUILD, [resolve(stage), work, arch], {
      CC: `${prefix}gcc`,
      CXX: `${prefix}g++`,
      AR: `${prefix}ar`,
      CPPFLAGS: '',
      CXXFLAGS: `-ffile-prefix-map=${work}=.`,
      LDFLAGS: '-s -Wl,--build-id=none',
      PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}`,
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

const BUILD = `nodedir=$(node tools/node/headers.mjs)
  mkdir "$2/node_modules"; cp -r "$1"/{addon,binding.gyp,package.json} "$2"
  cp -r "$1/node_modules/node-addon-api" "$2/node_modules"; cd "$2"
  node-gyp rebuild --silent --jobs=max --arch="$3" \${nodedir:+--nodedir="$nodedir"}
  install -D -m 644 build/Release/sealbeat.node "$1/prebuilds/linux-$3/sealbeat.node"`
