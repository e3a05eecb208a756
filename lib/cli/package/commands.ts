import type { Command } from '../command.ts'

/** What becomes of an agent's folder, for its author. */
export const PACKAGE_COMMANDS: readonly Command[] = [
  {
    words: ['package'],
    summary: 'build packages of the agent in this folder: deb, rpm and a tarball',
    details: `Packs beat.yml, the files that npm would publish, and the packages in node_modules except those
for development. package.json gives name, version, description, author and license. The systemd
unit grants the privileges that the configured beats, processors and output declare. The same
input gives the same bytes (SOURCE_DATE_EPOCH). deb needs dpkg-deb, rpm needs rpmbuild.`,
    options: {
      format: { value: 'FORMATS', doc: 'deb,rpm,tar (default: those that this machine can make)' },
      runtime: {
        value: 'KIND',
        doc: 'bundled (the Node that runs this) or system (default: bundled)',
      },
      output: { value: 'DIR', short: 'o', doc: 'folder of the packages (default: packages)' },
      iteration: { value: 'N', doc: 'number of this packaging of the same version (default: 1)' },
      jitless: { doc: 'no memory that is writable and executable: slower, see docs/systemd.md' },
    },
    withoutCredentials: true,
    forAuthors: true,
    load: async () => (await import('./package.ts')).packageCommand,
  },
  {
    words: ['boot'],
    operand: 'PACKAGE.deb',
    summary: 'try a package in a booted system: READY, seal, score of the unit, first events',
    details: `Installs the package in a Debian that systemd has booted in a container, and starts its agent with
the configuration in it. Prints a line for each step: the installation; READY; filter and privileges
of every thread; the score of the unit (systemd-analyze security); the first events; the stop. The
Debian is made once, with mmdebstrap, and kept in ~/.cache/sealbeat; nothing is changed in it or on
this machine. The agent has no network, so that its events go nowhere. If its output is not the
console, it is started again with that one, to read them. Takes root, and systemd-nspawn. Exits
with 1 if a step has failed.`,
    options: {
      credential: {
        value: 'NAME=FILE',
        multiple: true,
        doc: 'the file with a secret that the configuration names; repeatable',
      },
      for: { value: 'DURATION', doc: 'how long to wait for the first event (default: 15s)' },
      network: { doc: 'the network of this machine: the agent reaches its servers' },
      root: { value: 'DIR', doc: 'boot this system instead, which stays as it is' },
      suite: { value: 'NAME', doc: 'release of Debian (default: bookworm)' },
      json: { doc: 'print JSON, for programs' },
    },
    forAuthors: true,
    load: async () => (await import('./boot.ts')).bootCommand,
  },
]
